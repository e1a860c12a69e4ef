import { createHmac, timingSafeEqual } from "node:crypto";

/** Tokens with the claims of the service's, signed and checked by node:crypto (JWT, HS256). */
export interface BareTokens {
  sign(type: TokenType, claims: TokenClaims): string;
  /** Throws if the token is not one of ours, or has expired. */
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

const ISSUER = { iss: "https://identity.waterbill.app", aud: "waterbill" };

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

const HEADERS: Record<TokenType, string> = {
  access: encode({ alg: "HS256", typ: "at+jwt" }),
  refresh: encode({ alg: "HS256", typ: "rt+jwt" }),
};

export function createBareTokens(secret: string): BareTokens {
  const mac = (text: string) => createHmac("sha256", secret).update(text).digest();
  return {
    sign(type, claims) {
      const text = `${HEADERS[type]}.${encode({ ...ISSUER, ...claims, token_type: type })}`;
      return `${text}.${mac(text).toString("base64url")}`;
    },
    verify(type, token) {
      const [header = "", payload = "", signature = ""] = token.split(".");
      const given = Buffer.from(signature, "base64url");
      const expected = mac(`${header}.${payload}`);
      if (given.length !== expected.length || !timingSafeEqual(given, expected))
        throw new Error("not signed by us");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as TokenClaims;
      const isOurs =
        header === HEADERS[type] &&
        claims.iss === ISSUER.iss &&
        claims.aud === ISSUER.aud &&
        claims.token_type === type &&
        claims.exp * 1000 > Date.now();
      if (!isOurs) throw new Error("not a valid token");
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
