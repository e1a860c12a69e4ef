import type { Tx } from "../db/database.js";
import { afterCommit } from "../db/transaction.js";
import { LoggableError } from "../system/loggable-error.js";
import { type Act, contentOf } from "./act.js";
import type { AuditKey, AuditKeys } from "./audit-keys.js";
import { actMac, headSeal, valueDigest } from "./history-chain.js";
import type { HistoryStore, NewAct } from "./history-store.js";

/**
 * Records acts on one account, in their order, in the transaction that makes them: without it they are undone. Takes
 * two statements. Other acts on the account wait until `tx` ends, so this comes last, after the account and its
 * sessions were changed: all transactions then take their locks in the same order.
 */
export type RecordActs = (tx: Tx, ...acts: [Act, ...Act[]]) => Promise<void>;

export interface RecordDeps {
  history: HistoryStore;
  auditKeys: AuditKeys;
  /** Reports an act once it is committed; absent: nobody wants to know. */
  actCommitted?: (act: Act) => void;
}

export function createRecord({ history, auditKeys, actCommitted = () => {} }: RecordDeps): RecordActs {
  const { current: key } = auditKeys;
  return async (tx, ...acts) => {
    const account_id = acts[0].accountId;
    if (acts.some(({ accountId }) => accountId !== account_id)) {
      throw new LoggableError("acts on several accounts were recorded at once");
    }
    const { number, mac: previousMac } = await history.claim(tx, account_id, acts.length);
    const first = number - acts.length + 1;
    let mac = previousMac;
    const rows = acts.map((act, index) => {
      const row = sealAct(key, mac, first + index, act);
      mac = row.mac;
      return row;
    });
    const seal = headSeal(key, { account_id, number, mac });
    await history.append(tx, rows, { account_id, mac, seal });
    afterCommit(tx, () => acts.forEach(actCommitted));
  };
}

function sealAct(key: AuditKey, previousMac: Buffer, number: number, act: Act): NewAct {
  const { fields, before, after, reason, sessionId, sessionCount } = contentOf(act);
  const place = { account_id: act.accountId, number };
  const row = {
    ...place,
    action: act.action,
    actor_kind: act.actor.kind,
    actor_id: act.actor.kind === "administrator" ? act.actor.id : null,
    session_id: sessionId,
    session_count: sessionCount,
    fields: [...fields],
    before_digest: valueDigest(key, place, "before", before),
    after_digest: valueDigest(key, place, "after", after),
    reason_digest: valueDigest(key, place, "reason", reason),
    key_id: key.id,
  };
  const mac = actMac(key, previousMac, { ...row, at_micros: act.at.getTime() * 1000 });
  return { ...row, at: act.at, mac, before, after, reason };
}
