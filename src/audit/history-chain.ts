import { createHmac } from "node:crypto";
import type { AccountActRow } from "../db/models/account-act.js";
import type { AccountActValuesRow } from "../db/models/account-act-values.js";
import type { AccountHistoryHeadRow } from "../db/models/account-history-head.js";
import type { AuditKey } from "./audit-keys.js";

/** What a row's MAC covers; the time as microseconds since the epoch, the precision of the database. */
export type SealedAct = Omit<AccountActRow, "at" | "mac"> & { at_micros: number };

/** The kinds of values that an act may have. */
export const VALUE_KINDS = ["before", "after", "reason"] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

/** The place of the first row's predecessor. */
export const EMPTY_MAC = Buffer.alloc(32);

/** JSON with the members of objects in the order of their names, because `jsonb` doesn't keep their order. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** An HMAC-SHA-256. `label` says what it is of, so that no digest passes for one of another kind. */
function digest({ bytes }: AuditKey, label: string, ...parts: (string | Uint8Array)[]): Buffer {
  const hmac = createHmac("sha256", bytes).update(`${label}\0`);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** The digest of a value, bound to its place; null for no value. It doesn't reveal the value without the key. */
export function valueDigest(
  key: AuditKey,
  { account_id, number }: Pick<AccountActRow, "account_id" | "number">,
  kind: ValueKind,
  value: AccountActValuesRow[ValueKind],
): Buffer | null {
  return value === null ? null : digest(key, kind, canonicalJson([account_id, number, value]));
}

const hex = (bytes: Buffer | null) => bytes?.toString("hex") ?? null;

/** The MAC of a row, which covers the row and, through `previousMac`, all rows before it. */
export function actMac(key: AuditKey, previousMac: Buffer, act: SealedAct): Buffer {
  const columns = [
    act.account_id,
    act.number,
    act.at_micros,
    act.action,
    act.actor_kind,
    act.actor_id,
    act.session_id,
    act.session_count,
    act.fields,
    hex(act.before_digest),
    hex(act.after_digest),
    hex(act.reason_digest),
    act.key_id,
  ];
  return digest(key, "act", previousMac, canonicalJson(columns));
}

/** The seal of a chain's end: without it, removing the last rows would leave a valid chain. */
export function headSeal(key: AuditKey, head: Omit<AccountHistoryHeadRow, "seal">): Buffer {
  return digest(key, "head", canonicalJson([head.account_id, head.number, hex(head.mac)]));
}
