import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type ChallengeSchema, Delivery } from "#gen/waterbill/identity/v1/challenge_pb.js";
import type { Challenge } from "../challenge.js";
import { CODE_LENGTH } from "./code.js";

export const DELIVERIES = { pending: Delivery.PENDING, accepted: Delivery.ACCEPTED } as const;

/** The challenge on the wire. */
export function toChallengeMessage(challenge: Challenge): MessageInitShape<typeof ChallengeSchema> {
  return {
    expiresAt: timestampFromDate(challenge.expiresAt),
    resendAt: timestampFromDate(challenge.resendAt),
    attemptsLeft: challenge.attemptsLeft,
    sendsLeft: challenge.sendsLeft,
    codeLength: CODE_LENGTH,
    delivery: DELIVERIES[challenge.delivery],
    ...(challenge.registration !== undefined && { registration: challenge.registration }),
  };
}
