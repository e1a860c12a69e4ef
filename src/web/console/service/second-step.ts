import { createClient } from "@connectrpc/connect";
import { AuthService } from "#client/gen/waterbill/identity/v1/auth_service_pb.js";
import type { CodeChallenge } from "#client/src/challenge.js";
import { cookieAuth } from "./current-token.js";
import { authorized, transport } from "./services.js";
import { passSecondStep } from "./session.js";
import { challenges } from "./transports.js";

const auth = createClient(AuthService, transport);

/** Has the code of the second step sent. Throws an IdentityError. */
export async function requestCode(): Promise<CodeChallenge> {
  const { challenge } = await auth.requestSecondFactor({});
  return challenges.read(challenge!);
}

/** Ends the second step. `remembers`: the cookie of the device remembers it for the next sign-ins. Throws an IdentityError. */
export async function confirmCode(code: string, remembers: boolean): Promise<void> {
  const sent = remembers ? {} : { "x-forget-device": "true" };
  await authorized((headers) => cookieAuth.confirmSecondFactor({ code }, { headers }), sent);
  passSecondStep();
}
