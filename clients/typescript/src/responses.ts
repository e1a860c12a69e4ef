import type { Challenge } from "../gen/waterbill/identity/v1/challenge_pb.js";
import type { Challenges, CodeChallenge } from "./challenge.js";
import type { Errors } from "./read-error.js";

/** How long a call may take. */
export interface CallOptions {
  /** Ends the call: it rejects with CANCELED. */
  signal?: AbortSignal;
  /** Milliseconds, with the wait for a new access token; 0 for no limit. */
  timeoutMs?: number;
}

/** Reads the parts of responses that the service always sends. */
export interface Responses {
  /** Throws UNAVAILABLE for a part that is missing: then something else answered. */
  required<T>(part: T | undefined): T;
  challenge(challenge: Challenge | undefined): CodeChallenge;
}

export function createResponses(errors: Errors, challenges: Challenges): Responses {
  function required<T>(part: T | undefined): T {
    if (part === undefined) throw errors.create("UNAVAILABLE");
    return part;
  }
  return { required, challenge: (challenge) => challenges.read(required(challenge)) };
}
