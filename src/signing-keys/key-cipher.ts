import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { Random } from "../system/random.js";

/** What a sealed key is bound to: opened for anything else, it doesn't decrypt. */
interface KeyName {
  kid: string;
  algorithm: string;
}

/** Encrypts private keys for the database. */
export interface KeyCipher {
  /** False: there is no secret, so nothing can be sealed or opened. */
  readonly hasSecret: boolean;
  /** Encrypts with the first secret. */
  seal(name: KeyName, content: Buffer): Buffer;
  /** Decrypts with whichever secret sealed it; null if none did, for this name. */
  open(name: KeyName, sealed: Buffer): OpenedKey | null;
}

interface OpenedKey {
  content: Buffer;
  /** True: a secret other than the first one sealed it. */
  isFormerSecret: boolean;
}

const CIPHER = "aes-256-gcm";
/** Format of a sealed key, its first byte. */
const VERSION = 1;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + IV_BYTES + TAG_BYTES;

const boundTo = ({ kid, algorithm }: KeyName) => Buffer.from(JSON.stringify([VERSION, kid, algorithm]));

function decrypt(key: Buffer, name: KeyName, sealed: Buffer): Buffer | null {
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(1, 1 + IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(boundTo(name));
  decipher.setAuthTag(sealed.subarray(1 + IV_BYTES, HEAD_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

/**
 * AES-256-GCM (NIST SP 800-38D) under a key that HKDF derives from each secret. The iv is random: a secret seals a few
 * keys a year.
 */
export function createKeyCipher(secrets: readonly string[], random: Random): KeyCipher {
  const keys = secrets.map((secret) =>
    Buffer.from(hkdfSync("sha256", secret, "", "waterbill signing keys", KEY_BYTES)),
  );
  return {
    hasSecret: keys.length > 0,

    seal(name, content) {
      const [key] = keys;
      if (!key) throw new TypeError("there is no secret to seal a signing key with");
      const iv = random.bytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(boundTo(name));
      const body = Buffer.concat([cipher.update(content), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), body]);
    },

    open(name, sealed) {
      if (sealed.length <= HEAD_BYTES || sealed[0] !== VERSION) return null;
      for (const [index, key] of keys.entries()) {
        const content = decrypt(key, name, sealed);
        if (content) return { content, isFormerSecret: index > 0 };
      }
      return null;
    },
  };
}
