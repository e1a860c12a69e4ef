import {
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { toLowS } from "../../src/signing-keys/low-s.js";

/** Tokens with the claims of the service's, signed and checked by node:crypto: access by ES256, refresh by HS256 (JWT). */
export interface BareTokens {
  sign(type: TokenType, claims: TokenClaims): string;
  /** Throws if the token is not one of ours, or has expired. Access tokens are remembered, as by the service. */
  verify(type: TokenType, token: string): TokenClaims;
}

type TokenType = "access" | "refresh";

interface TokenClaims {
  sub: string;
  sid: string;
  jti: string;
  iat: number;
  exp: number;
  [name: string]: unknown;
}

interface BareKey {
  header: string;
  sign(text: string): Buffer;
  isSignature(text: string, signature: Buffer): boolean;
}

const ISSUER = { iss: "https://identity.waterbill.app", aud: "waterbill" };
const MAX_REMEMBERED = 100_000;

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * The key pair of access tokens, which the secret determines: the server and whoever signs its clients in are two
 * processes.
 */
export function barePair(secret: string): { kid: string; privateKey: KeyObject; publicKey: KeyObject } {
  const d = createHmac("sha256", secret).update("access tokens").digest();
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(d);
  const [x, y] = [ecdh.getPublicKey().subarray(1, 33), ecdh.getPublicKey().subarray(33)].map((coordinate) =>
    coordinate.toString("base64url"),
  ) as [string, string];
  const jwk = { crv: "P-256", kty: "EC", x, y };
  return {
    kid: createHash("sha256").update(JSON.stringify(jwk)).digest("base64url"),
    privateKey: createPrivateKey({ key: { ...jwk, d: d.toString("base64url") }, format: "jwk" }),
    publicKey: createPublicKey({ key: jwk, format: "jwk" }),
  };
}

function accessKey(secret: string): BareKey {
  const { kid, privateKey, publicKey } = barePair(secret);
  const dsaEncoding = "ieee-p1363";
  return {
    header: encode({ alg: "ES256", kid, typ: "at+jwt" }),
    sign: (text) => toLowS(sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding })),
    isSignature: (text, signature) =>
      verify("sha256", Buffer.from(text), { key: publicKey, dsaEncoding }, signature),
  };
}

function refreshKey(secret: string): BareKey {
  const mac = (text: string) => createHmac("sha256", secret).update(text).digest();
  return {
    header: encode({ alg: "HS256", typ: "rt+jwt" }),
    sign: mac,
    isSignature(text, signature) {
      const expected = mac(text);
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    },
  };
}

export function createBareTokens(secret: string): BareTokens {
  const keys: Record<TokenType, BareKey> = { access: accessKey(secret), refresh: refreshKey(secret) };
  const remembered = new Map<string, TokenClaims>();

  function read(type: TokenType, token: string): TokenClaims {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const key = keys[type];
    const isOurs =
      header === key.header && key.isSignature(`${header}.${payload}`, Buffer.from(signature, "base64url"));
    if (!isOurs) throw new Error("not signed by us");
    return JSON.parse(Buffer.from(payload, "base64url").toString()) as TokenClaims;
  }

  function remember(token: string, claims: TokenClaims): void {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(token, claims);
  }

  return {
    sign(type, claims) {
      const key = keys[type];
      const text = `${key.header}.${encode({ ...ISSUER, ...claims, token_type: type })}`;
      return `${text}.${key.sign(text).toString("base64url")}`;
    },
    verify(type, token) {
      const known = type === "access" ? remembered.get(token) : undefined;
      const claims = known ?? read(type, token);
      const isValid =
        claims.iss === ISSUER.iss &&
        claims.aud === ISSUER.aud &&
        claims.token_type === type &&
        claims.exp * 1000 > Date.now();
      if (!isValid) throw new Error("not a valid token");
      if (type === "access" && !known) remember(token, claims);
      return claims;
    },
  };
}

/** What the access token of a user tells other services, besides the claims of every token. */
export function userClaims(user: { id: number; phone: string; first_name: string; last_name: string }) {
  return {
    user_id: user.id,
    phone: user.phone,
    first_name: user.first_name,
    last_name: user.last_name,
    full_name: `${user.first_name} ${user.last_name}`,
  };
}
