import { epochSeconds } from "../system/clock.js";
import type { KeyAlgorithm } from "./algorithms.js";
import type { KeyRing } from "./key-ring.js";
import { ACCESS_TOKEN_TYPES, createSecretTokenKey, type TokenKey } from "./token-key.js";

/** The algorithms that access tokens can be signed with. HS256 signs them with the secret of refresh tokens. */
export type AccessTokenAlgorithm = KeyAlgorithm | "HS256";

/** Finds the key of a token. */
export interface TokenKeys {
  /** The key that signs. */
  signing(): TokenKey;
  /** The key whose tokens begin with this segment; undefined if we issue none that do. */
  find(header: string): TokenKey | undefined;
}

export interface AccessKeysDeps {
  keyRing: KeyRing;
  /** The first one signs, all verify. */
  tokenSecrets: readonly string[];
  algorithm: AccessTokenAlgorithm;
  /** The longest lifetime (s) of an access token. */
  ttlSeconds: number;
}

/**
 * Time (s) after the first key began to sign in which access tokens under HS256 are still issued: by servers of the version
 * before, or by those whose ACCESS_TOKEN_ALG is still HS256.
 */
const UPGRADE_SECONDS = 3600;

/**
 * The keys of access tokens: with HS256 the secret signs, and the ring's keys only verify. With any other algorithm the
 * ring signs, and the secret verifies what it signed before the ring did.
 */
export function createAccessKeys({
  keyRing,
  tokenSecrets,
  algorithm,
  ttlSeconds,
}: AccessKeysDeps): TokenKeys {
  const isSecretSigning = algorithm === "HS256";
  const secretKey = createSecretTokenKey(tokenSecrets, ({ iat, exp }) => {
    if (isSecretSigning) return true;
    const since = keyRing.firstSigningSince();
    return since !== null && iat <= epochSeconds(since) + UPGRADE_SECONDS && exp - iat <= ttlSeconds;
  });
  const secretHeaders = new Set(ACCESS_TOKEN_TYPES.map((type) => secretKey.header(type)));
  return {
    signing: () => (isSecretSigning ? secretKey : keyRing.signing()),
    find: (header) => keyRing.find(header) ?? (secretHeaders.has(header) ? secretKey : undefined),
  };
}
