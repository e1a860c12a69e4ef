import type { KeyObject } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import { type Clock, epochSeconds } from "../../src/system/clock.js";
import { recordSecret } from "../support/log.js";

let assertions = 0;

/** Claims of a valid assertion of a client. Each has a `jti` of its own. */
export function assertionClaims(
  { clock, assertionAudiences }: { clock: Clock; assertionAudiences: readonly string[] },
  name: string,
): JWTPayload {
  assertions += 1;
  const now = epochSeconds(clock.now());
  return {
    ...{ iss: name, sub: name, aud: assertionAudiences[0]!, iat: now, exp: now + 300 },
    jti: `assertion ${assertions}`,
  };
}

/** Signs an assertion. */
export async function signAssertion(
  claims: JWTPayload,
  key: KeyObject | Uint8Array,
  header: { alg?: string; kid?: string } = {},
): Promise<string> {
  const assertion = await new SignJWT(claims).setProtectedHeader({ alg: "ES256", ...header }).sign(key);
  recordSecret(assertion);
  return assertion;
}
