import { decodeJwt, type JWK } from "jose";
import { signJwt } from "../../src/sessions/jwt.js";
import type { TokenPair } from "../../src/sessions/token-pair.js";
import { forgeTokens } from "./forged-tokens.js";
import type { TestService } from "./service.js";

/** A token that the service signs, with other claims or another type than it issues. */
export function signedToken(
  { context }: TestService,
  token: string,
  changes: object,
  type = "at+jwt",
): string {
  const { issuer, audience } = context.config.tokens;
  const claims = { ...decodeJwt(token), ...changes };
  return signJwt(context.infrastructure.keyRing.signing(), { type, issuer, audience }, claims);
}

/** Texts that a verifier of users' access tokens must refuse, by what is wrong with them. `tokens` are a user's. */
export async function refusedTokens(
  service: TestService,
  { access, refresh }: TokenPair,
): Promise<Record<string, string>> {
  const response = await fetch(`${service.origin}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: [JWK] };
  const signed = (changes: object, type?: string) => signedToken(service, access, changes, type);
  return {
    "that refreshes": refresh,
    "that has expired": signed({ exp: Math.floor(Date.now() / 1000) - 1 }),
    "without an end": signed({ exp: undefined }),
    "of another issuer": signed({ iss: "https://identity.example" }),
    "for another audience": signed({ aud: "billing" }),
    "of another type": signed({}, "rt+jwt"),
    "of a service": signed({ sub: "service:billing", user_id: undefined }),
    ...(await forgeTokens(access, keys[0])),
  };
}
