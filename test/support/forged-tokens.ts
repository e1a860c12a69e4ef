import { createHmac, createPublicKey } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, generateKeyPair, type JWK, SignJWT } from "jose";

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * Tokens that look like `token`, which `key` verifies, and that nobody may accept. They are made without the private key.
 */
export async function forgeTokens(token: string, key: JWK): Promise<Record<string, string>> {
  const header = decodeProtectedHeader(token);
  const claims = decodeJwt(token);
  const [head, , signature] = token.split(".");
  const { privateKey } = await generateKeyPair("ES256");
  const sign = (kid: string) =>
    new SignJWT(claims).setProtectedHeader({ ...header, alg: "ES256", kid }).sign(privateKey);
  const pem = createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" });
  const signed = `${encode({ ...header, alg: "HS256" })}.${encode(claims)}`;
  return {
    "with another user": `${head}.${encode({ ...claims, sub: "1", user_id: 1 })}.${signature}`,
    "without a signature": `${encode({ typ: header.typ, alg: "none" })}.${encode(claims)}.`,
    "signed with the public key as a secret": `${signed}.${createHmac("sha256", pem).update(signed).digest("base64url")}`,
    "signed with another key of this name": await sign(String(header.kid)),
    "signed with an unknown key": await sign("unknown"),
    "that is none": "eyJ",
  };
}
