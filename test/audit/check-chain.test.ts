import { expect } from "chai";
import type { Act } from "../../src/audit/act.js";
import { createAuditKeys } from "../../src/audit/audit-keys.js";
import { type ChainProblem, createChainChecker } from "../../src/audit/check-chain.js";
import { canonicalJson, EMPTY_MAC, headSeal } from "../../src/audit/history-chain.js";
import type { HistoryStore, NewAct, StoredAct } from "../../src/audit/history-store.js";
import { createRecord } from "../../src/audit/record.js";
import type { Tx } from "../../src/db/database.js";

const tx = {} as Tx;
const keys = createAuditKeys(["a".repeat(43)]);
const otherKeys = createAuditKeys(["b".repeat(43)]);
const bothKeys = createAuditKeys(["b".repeat(43), "a".repeat(43)]);

const acts = (accountId: number): [Act, ...Act[]] => {
  const act = { accountId, at: new Date(1_772_366_400_123), actor: { kind: "owner" } } as const;
  return [
    { ...act, action: "activated" },
    { ...act, action: "profile_changed", fields: ["first_name", "email"] },
    {
      ...act,
      action: "phone_changed",
      before: { phone: "+237670000001" },
      after: { phone: "+237670000002" },
      sessionCount: 2,
    },
    {
      ...act,
      action: "role_changed",
      actor: { kind: "administrator", id: 7 },
      before: { role: "CUSTOMER" },
      after: { role: "STAFF" },
      sessionCount: null,
      reason: "On call this week",
    },
    { ...act, action: "session_ended", sessionId: "00000000-0000-4000-8000-000000000001", sessionCount: 1 },
  ];
};

/** A store in memory, which keeps the chain of one account. */
function memoryHistory() {
  const rows: NewAct[] = [];
  const head = { number: 0, mac: EMPTY_MAC, seal: EMPTY_MAC };
  const history = {
    async claim(_, __, count) {
      head.number += count;
      return { number: head.number, mac: head.mac };
    },
    async append(_, added, { mac, seal }) {
      rows.push(...added);
      Object.assign(head, { mac, seal });
    },
  } as HistoryStore;
  const stored = (): StoredAct[] =>
    rows.map(({ at, ...row }) => ({
      ...row,
      at_micros: `${at.getTime() * 1000}.000000`,
      has_values: row.before !== null || row.reason !== null,
      head_number: head.number,
      head_mac: head.mac,
      head_seal: head.seal,
    }));
  return { history, stored };
}

async function recorded(accountId = 1): Promise<StoredAct[]> {
  const { history, stored } = memoryHistory();
  const record = createRecord({ history, auditKeys: keys });
  await record(tx, ...acts(accountId));
  return stored();
}

function check(rows: readonly StoredAct[], auditKeys = keys): [string, number, number][] {
  const checker = createChainChecker(auditKeys);
  const problems: ChainProblem[] = [...rows.flatMap((row) => checker.check(row)), ...checker.end()];
  return problems.map(({ kind, number, lastNumber }) => [kind, number, lastNumber]);
}

/** The rows with changes of row `number`. */
const withChange = (rows: StoredAct[], number: number, change: Partial<StoredAct>) =>
  rows.map((row) => (row.number === number ? { ...row, ...change } : row));

const withHead = (rows: StoredAct[], head: Partial<StoredAct>) => rows.map((row) => ({ ...row, ...head }));

describe("a chain of acts", () => {
  it("is right as it was recorded, with and without its values", async () => {
    const rows = await recorded();
    expect(rows).to.have.length(5);
    expect(check(rows)).to.deep.equal([]);
    const erased = { has_values: false, before: null, after: null, reason: null };
    expect(check(rows.map((row) => ({ ...row, ...erased })))).to.deep.equal([]);
  });

  it("is the same in one call and in several", async () => {
    const { history, stored } = memoryHistory();
    const record = createRecord({ history, auditKeys: keys });
    for (const act of acts(1)) await record(tx, act);
    expect(stored()).to.deep.equal(await recorded());
  });

  it("shows a change of any column", async () => {
    const rows = await recorded();
    const changes: Partial<StoredAct>[] = [
      { at_micros: "1772366400123001.000000" },
      { at_micros: "Infinity" },
      { action: "deactivated" },
      { actor_kind: "owner" },
      { actor_id: 8 },
      { session_id: "00000000-0000-4000-8000-000000000002" },
      { session_count: 0 },
      { fields: [] },
    ];
    for (const change of changes) {
      expect(check(withChange(rows, 4, change)), Object.keys(change)[0]).to.deep.equal([["changed", 4, 4]]);
    }
    for (const name of ["before_digest", "after_digest", "reason_digest"] as const) {
      const found = check(withChange(rows, 4, { [name]: EMPTY_MAC }));
      expect(found, name).to.deep.equal([
        ["changed", 4, 4],
        ["values_changed", 4, 4],
      ]);
    }
    expect(check(withChange(rows, 4, { mac: EMPTY_MAC }))).to.deep.equal([
      ["changed", 4, 4],
      ["changed", 5, 5],
    ]);
    expect(check(withChange(rows, 5, { mac: EMPTY_MAC }))).to.deep.equal([
      ["changed", 5, 5],
      ["head_differs", 5, 5],
    ]);
  });

  it("shows changed, swapped and added values, and values that were deleted in part", async () => {
    const rows = await recorded();
    const [, , phone, role] = rows as [StoredAct, StoredAct, StoredAct, StoredAct];
    const found = [["values_changed", 4, 4]];
    expect(check(withChange(rows, 4, { reason: "None" }))).to.deep.equal(found);
    expect(check(withChange(rows, 4, { reason: null }))).to.deep.equal(found);
    expect(check(withChange(rows, 4, { before: role.after, after: role.before }))).to.deep.equal(found);
    expect(check(withChange(rows, 4, { before: { role: "CUSTOMER", phone: "x" } }))).to.deep.equal(found);
    expect(check(withChange(rows, 2, { has_values: true, reason: "A reason" }))).to.deep.equal([
      ["values_changed", 2, 2],
    ]);
    const swapped = withChange(
      withChange(rows, 3, { before: role.before, after: role.after, reason: role.reason }),
      4,
      { before: phone.before, after: phone.after, reason: null },
    );
    expect(check(swapped)).to.deep.equal([["values_changed", 3, 3], ...found]);
  });

  it("shows rows that were removed anywhere", async () => {
    const rows = await recorded();
    const without = (...numbers: number[]) => rows.filter(({ number }) => !numbers.includes(number));
    expect(check(without(1))).to.deep.equal([["missing", 1, 1]]);
    expect(check(without(2, 3))).to.deep.equal([["missing", 2, 3]]);
    expect(check(without(4, 5))).to.deep.equal([["missing", 4, 5]]);
    // The end of the chain was set back, without the key.
    const last = rows[2]!;
    const back = withHead(without(4, 5), { head_number: 3, head_mac: last.mac });
    expect(check(back)).to.deep.equal([["head_differs", 3, 3]]);
    const noHead = { head_number: null, head_mac: null, head_seal: null };
    expect(check(withHead(without(4, 5), noHead))).to.deep.equal([["head_missing", 3, 3]]);
  });

  it("shows rows that were inserted, and rows that changed places", async () => {
    const rows = await recorded();
    const first = rows[0]!;
    const added = { ...rows[4]!, number: 6 };
    expect(check([...rows, added])).to.deep.equal([
      ["changed", 6, 6],
      ["inserted", 6, 6],
    ]);
    expect(check([{ ...first, number: 0 }, ...rows])).to.deep.equal([["inserted", 0, 0]]);
    const swapped = rows.map((row) => ({ ...row, number: { 2: 3, 3: 2 }[row.number] ?? row.number }));
    swapped.sort((a, b) => a.number - b.number);
    expect(check(swapped).map(([kind]) => kind)).to.include("changed");
  });

  it("is bound to its account", async () => {
    const rows = (await recorded(1)).map((row) => ({ ...row, account_id: 2 }));
    expect(check(rows)).to.deep.include(["changed", 1, 1]).and.to.deep.include(["head_differs", 5, 5]);
    expect(check([...(await recorded(1)), ...(await recorded(2))])).to.deep.equal([]);
  });

  it("reports rows with a key that it doesn't have as such, and verifies those before and after them", async () => {
    const { history, stored } = memoryHistory();
    const [one, two, three, four, five] = acts(1) as [Act, Act, Act, Act, Act];
    await createRecord({ history, auditKeys: keys })(tx, one);
    await createRecord({ history, auditKeys: otherKeys })(tx, two, three);
    await createRecord({ history, auditKeys: keys })(tx, four, five);
    expect(check(stored())).to.deep.equal([["other_key", 2, 3]]);
    expect(check(stored(), bothKeys)).to.deep.equal([]);
    expect(check(stored(), otherKeys)).to.deep.equal([
      ["other_key", 1, 1],
      ["other_key", 4, 5],
    ]);
    // What such a row links to is verified by the row after it.
    expect(check(withChange(stored(), 3, { mac: EMPTY_MAC }))).to.deep.equal([
      ["other_key", 2, 3],
      ["changed", 4, 4],
    ]);
  });

  it("shows an end with the seal of another chain or number", async () => {
    const rows = await recorded();
    const { mac } = rows[4]!;
    for (const head of [
      { account_id: 2, number: 5, mac },
      { account_id: 1, number: 4, mac },
      { account_id: 1, number: 5, mac: EMPTY_MAC },
    ]) {
      const seal = headSeal(keys.current, head);
      expect(check(withHead(rows, { head_seal: seal }))).to.deep.equal([["head_differs", 5, 5]]);
    }
  });
});

describe("canonicalJson", () => {
  it("doesn't depend on the order of members", () => {
    const text = '{"a":[{"c":null,"d":"x"}],"b":1}';
    expect(canonicalJson({ b: 1, a: [{ d: "x", c: null }] })).to.equal(text);
    expect(canonicalJson(JSON.parse(text))).to.equal(text);
  });
});
