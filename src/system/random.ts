import { randomBytes, randomInt, randomUUID } from "node:crypto";

/** Unpredictable values, all from the operating system's CSPRNG. */
export interface Random {
  /** A version 4 UUID (RFC 9562): 122 random bits. */
  uuid(): string;
  /** `size` random bytes. */
  bytes(size: number): Buffer;
  /** `length` decimal digits, each equally likely, leading zeros kept. */
  digits(length: number): string;
}

export const systemRandom: Random = {
  uuid: () => randomUUID(),
  bytes: (size) => randomBytes(size),
  digits: (length) => Array.from({ length }, () => randomInt(10)).join(""),
};
