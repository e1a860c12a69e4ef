import type { AuditKeys } from "./audit-keys.js";
import { actMac, EMPTY_MAC, headSeal } from "./history-chain.js";

/** The beginning of an account's history, sealed before the account exists. */
export interface FirstActs {
  /** The values for the parameters of `recordFirstActs`, in their order. */
  values: readonly unknown[];
}

/**
 * Seals the registration and the activation of the account that will have the id `accountId`. The statement that creates
 * the account records them (`recordFirstActs`): an account without its history, or a history without its account, can't be
 * committed.
 */
export type SealFirstActs = (account: {
  accountId: number;
  registeredAt: Date;
  activatedAt: Date;
}) => FirstActs;

export function createSealFirstActs({ current: key }: AuditKeys): SealFirstActs {
  return ({ accountId, registeredAt, activatedAt }) => {
    const seal = (previousMac: Buffer, number: number, action: string, at: Date) =>
      actMac(key, previousMac, {
        account_id: accountId,
        number,
        at_micros: at.getTime() * 1000,
        action,
        actor_kind: "owner",
        actor_id: null,
        session_id: null,
        session_count: null,
        fields: [],
        before_digest: null,
        after_digest: null,
        reason_digest: null,
        key_id: key.id,
      });
    const registeredMac = seal(EMPTY_MAC, 1, "registered", registeredAt);
    const activatedMac = seal(registeredMac, 2, "activated", activatedAt);
    const headMac = headSeal(key, { account_id: accountId, number: 2, mac: activatedMac });
    return { values: [key.id, registeredAt, registeredMac, activatedAt, activatedMac, headMac] };
  };
}

/**
 * Common table expressions that record the first acts of the account in `created`, a common table expression with its
 * `id`. Their parameters are numbered from `first` on.
 */
export function recordFirstActs(created: string, first: number): string {
  const parameter = (offset: number) => `$${first + offset}`;
  const [keyId, lastMac, seal] = [parameter(0), parameter(4), parameter(5)];
  return `recorded AS (
      INSERT INTO account_history (account_id, number, at, action, actor_kind, fields, key_id, mac)
      SELECT id, act.number, act.at, act.action, 'owner', '{}', ${keyId}, act.mac
      FROM ${created}, (VALUES
        (1, 'registered', ${parameter(1)}::timestamptz, ${parameter(2)}::bytea),
        (2, 'activated', ${parameter(3)}::timestamptz, ${lastMac}::bytea)
      ) AS act (number, action, at, mac)
    ), sealed AS (
      INSERT INTO account_history_heads (account_id, number, mac, seal)
      SELECT id, 2, ${lastMac}, ${seal}::bytea FROM ${created}
    )`;
}
