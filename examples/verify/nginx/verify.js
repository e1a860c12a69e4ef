// Verifies access tokens of WaterBill Identity for nginx.conf, with njs 0.7.9 or newer. ES256 only.

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
/** A public key of P-256 (RFC 5480) up to its coordinates. Older versions of njs import no JWK. */
const KEY_START = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d03010703420004", "hex");

const decode = (segment) => Buffer.from(segment, "base64url");
const parse = (segment) => JSON.parse(decode(segment).toString());

/**
 * Responds to auth_request: 204 for a user's access token, with the user's id and all claims (base64url), else 401; 500 if
 * there are no keys.
 */
function verify(r) {
  return respond(r).catch((error) => {
    r.error(error.message);
    r.return(500);
  });
}

async function respond(r) {
  const token = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(r.headersIn.Authorization || "");
  const jwk = token && (await findKey(r, token[1]));
  const isSigned = jwk && (await isSignature(jwk, token));
  const claims = isSigned ? parse(token[2]) : {};
  if (!isUser(claims, r.variables)) {
    r.return(401);
    return;
  }
  r.headersOut["X-User-Id"] = claims.sub;
  r.headersOut["X-Token-Payload"] = token[2];
  r.return(204);
}

/** Resolves with the published key that the header of a token names, or undefined. Rejects if there are no keys. */
async function findKey(r, segment) {
  const header = readHeader(segment);
  // typ is the service's ACCESS_TOKEN_TYP.
  if (header.alg !== "ES256" || header.typ !== "at+jwt") return undefined;
  const reply = await r.subrequest("/_waterbill_keys");
  if (reply.status !== 200) throw new Error(`no keys: ${reply.status}`);
  return JSON.parse(reply.responseText).keys.find((key) => key.kid === header.kid && key.alg === "ES256");
}

function readHeader(segment) {
  try {
    return parse(segment) || {};
  } catch (_) {
    return {};
  }
}

async function isSignature(jwk, token) {
  const content = Buffer.concat([KEY_START, decode(jwk.x), decode(jwk.y)]);
  const key = await crypto.subtle.importKey("spki", content, ALGORITHM, false, ["verify"]);
  return crypto.subtle.verify(ALGORITHM, key, decode(token[3]), `${token[1]}.${token[2]}`);
}

/** A service's token has no user_id. */
function isUser(claims, variables) {
  const isOurs = claims.iss === variables.waterbill_issuer && claims.aud === variables.waterbill_audience;
  return isOurs && claims.exp > Date.now() / 1000 && Number.isInteger(claims.user_id);
}

export default { verify };
