import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { Random } from "../system/random.js";

/** 256 bits: nobody guesses one, so that neither the digest nor the number of attempts has to slow guesses down. */
const SECRET_BYTES = 32;
/** Lets scanners of source code and logs recognise a secret. */
const PREFIX = "wbs_";
const KEY_BYTES = 32;

/** Digests the secrets of services, under keys that the database doesn't have: a row that was added there is no secret. */
export interface SecretDigests {
  /** The stored form of a service's secret, under the first key. */
  digest(service: string, secret: string): Buffer;
  /** Returns the one of `stored` that is the digest of the secret, under whichever key; undefined if none is. */
  find<Stored extends { digest: Buffer }>(
    stored: readonly Stored[],
    service: string,
    secret: string,
  ): Stored | undefined;
}

/** A row that was put in by hand may have a digest of another length, which `timingSafeEqual` throws on. */
function isSame(digest: Buffer, stored: Buffer): boolean {
  return digest.length === stored.length && timingSafeEqual(digest, stored);
}

/** Makes a secret of a service. */
export function newClientSecret(random: Pick<Random, "bytes">): string {
  return PREFIX + random.bytes(SECRET_BYTES).toString("base64url");
}

/** The first secret is the key of new digests, all verify. HKDF makes keys of their own of them. */
export function createSecretDigests(secrets: readonly string[]): SecretDigests {
  const keys = secrets.map((secret) =>
    Buffer.from(hkdfSync("sha256", secret, "", "waterbill service secrets", KEY_BYTES)),
  );
  const digestWith = (key: Buffer, service: string, secret: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify([service, secret]))
      .digest();
  return {
    digest(service, secret) {
      const [key] = keys;
      if (!key) throw new TypeError("there is no key to digest a secret with");
      return digestWith(key, service, secret);
    },
    find(stored, service, secret) {
      const digests = keys.map((key) => digestWith(key, service, secret));
      return stored.find((each) => digests.some((digest) => isSame(digest, each.digest)));
    },
  };
}
