// Verifies access tokens without asking WaterBill Identity, by its published keys. Prints a line for each token that it
// reads: echo eyJ… | node examples/verify/node/verify.mjs http://localhost:8000
//
// What it can't see, until the token expires (15 minutes): that the session has ended, that the account was deactivated.
// Before an act that can't be undone, ask GetProfile instead: examples/node.
import { createInterface } from "node:readline";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

const [issuer, audience = "waterbill"] = process.argv.slice(2);

/**
 * The keys. Fetched when they are needed, again after 5 minutes, and for a key that is not among them, though not twice in
 * 30 seconds.
 */
const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), { cacheMaxAge: 300_000 });

/** Returns the claims of a user's access token. Rejects for any other token, and without keys. */
export async function verify(token) {
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    audience,
    // Never HS256: whoever has the public key could sign.
    algorithms: ["ES256", "EdDSA", "RS256"],
    // The service's ACCESS_TOKEN_TYP.
    typ: "at+jwt",
    // A service's token has no user_id.
    requiredClaims: ["exp", "sub", "user_id"],
  });
  return payload;
}

/** The status for this service's own client: 503 if the keys can't be fetched, which says nothing about the token. */
export function httpStatus(error) {
  const isAboutKeys = ["ERR_JWKS_TIMEOUT", "ERR_JOSE_GENERIC"].includes(error.code);
  return error instanceof errors.JOSEError && !isAboutKeys ? 401 : 503;
}

for await (const token of createInterface({ input: process.stdin })) {
  try {
    const { user_id, phone, full_name } = await verify(token);
    console.log(200, user_id, phone, full_name);
  } catch (error) {
    console.log(httpStatus(error), error.message);
  }
}
