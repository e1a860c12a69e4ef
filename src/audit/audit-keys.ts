import { createHash, hkdfSync } from "node:crypto";
import { LoggableError } from "../system/loggable-error.js";

/** A key of the account history. */
export interface AuditKey {
  /** Names the key in the rows that it sealed; 16 hexadecimal digits that don't reveal it. */
  id: string;
  bytes: Buffer;
}

export interface AuditKeys {
  /** Seals new rows. */
  current: AuditKey;
  /** Every key that verifies rows, the current one first. */
  all: readonly AuditKey[];
}

const KEY_BYTES = 32;
const ID_BYTES = 8;

/** The same secret always gives the same key, so a former CODE_SECRET can go on as an AUDIT_SECRET. */
function deriveKey(secret: string): AuditKey {
  const bytes = Buffer.from(hkdfSync("sha256", secret, "", "waterbill audit", KEY_BYTES));
  return { id: createHash("sha256").update(bytes).digest().subarray(0, ID_BYTES).toString("hex"), bytes };
}

/** Derives a key from each secret. The first one seals, all verify. Throws if there is none. */
export function createAuditKeys(secrets: readonly string[]): AuditKeys {
  const all = secrets.map(deriveKey);
  const [current] = all;
  if (!current) throw new LoggableError("the account history has no key");
  return { current, all };
}
