import { expect } from "chai";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { type Act, COMMAND_LINE } from "../../src/audit/act.js";
import type { AppContext } from "../../src/context.js";
import { rejection } from "../support/rejection.js";
import { activeUser, atOnce, useTestContext } from "../support/test-context.js";
import { historyOf, laterActsOf, verified } from "./stored-history.js";

describe("record", () => {
  const context = useTestContext();
  let accounts = 1_000_000;
  const newAccount = () => {
    accounts += 1;
    return accounts;
  };
  const ended = (accountId: number, sessionCount = 1): Act => ({
    ...{ accountId, at: context.clock.now(), actor: { kind: "system" }, sessionCount },
    ...{ action: "session_ended", sessionId: null },
  });
  const record = (app: AppContext, ...acts: [Act, ...Act[]]) =>
    app.database.transaction((tx) => app.record(tx, ...acts));

  it("keeps every kind of act with its parts", async () => {
    const accountId = newAccount();
    const act = { accountId, at: context.clock.now(), actor: { kind: "owner" } } as const;
    const sessionId = context.app.random.uuid();
    await record(
      context.app,
      { ...act, action: "registered" },
      { ...act, action: "activated" },
      { ...act, action: "session_ended", sessionId, sessionCount: 1 },
      { ...act, action: "refresh_reused", actor: { kind: "system" }, sessionId, sessionCount: 1 },
      { ...act, action: "reactivated", reason: "Confusion; \u201Cévidente\u201D \\ 'x'\n" },
    );
    const acts = await historyOf(context.app, accountId);
    expect(acts.map(({ number, action }) => `${number} ${action}`)).to.deep.equal([
      "1 registered",
      "2 activated",
      "3 session_ended",
      "4 refresh_reused",
      "5 reactivated",
    ]);
    expect(acts[2]).to.deep.include({ sessionId, sessionCount: 1, actor: { kind: "owner", id: null } });
    expect(acts[3]).to.deep.include({ sessionId, actor: { kind: "system", id: null } });
    expect(acts[4]).to.deep.include({ reason: "Confusion; \u201Cévidente\u201D \\ 'x'\n", before: null });
    expect(await verified(context.app, accountId)).to.deep.include({ actCount: 5, problems: [] });
  });

  it("takes two statements, for one act and for several", async () => {
    const accountId = newAccount();
    for (const acts of [[ended(accountId)], [ended(accountId), ended(accountId, 2), ended(accountId, 3)]]) {
      context.statements.length = 0;
      await record(context.app, ...(acts as [Act, ...Act[]]));
      expect(context.statements.map((text) => /^\w+/.exec(text)?.[0])).to.deep.equal([
        ...["BEGIN", "INSERT", "WITH", "COMMIT"],
      ]);
    }
    expect(await verified(context.app, accountId)).to.deep.include({ actCount: 4, problems: [] });
  });

  it("numbers 100 acts at once in two processes without a gap", async () => {
    const accountId = newAccount();
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, async (index) => {
      const app = processes[index % 2]!;
      await app.database.transaction(async (tx) => {
        // Some are undone, which must not leave a gap.
        await app.record(tx, ended(accountId, index), ended(accountId, index));
        if (index % 5 === 0) throw new Error("undone");
      });
    });
    expect(results.filter((result) => result === "undone")).to.have.length(20);
    const acts = await historyOf(context.app, accountId);
    expect(acts.map(({ number }) => number)).to.deep.equal(
      Array.from({ length: 160 }, (_, index) => index + 1),
    );
    for (let index = 0; index < acts.length; index += 2) {
      expect(acts[index]?.sessionCount).to.equal(acts[index + 1]?.sessionCount);
    }
    expect(await verified(context.app, accountId)).to.deep.equal({
      ...{ accountCount: 1, actCount: 160, problems: [] },
    });
  });

  it("continues the chain in the order of the acts when the same account is changed at once", async () => {
    const { id, phone } = await activeUser(context);
    const processes = [context.app, context.anotherProcess()];
    await atOnce(40, (index) =>
      setAccountActive(processes[index % 2]!, { phone, isActive: index % 4 < 2, actor: COMMAND_LINE }),
    );
    const actions = (await laterActsOf(context.app, id)).map(({ action }) => action);
    expect(actions).not.to.have.length(0);
    const turns = actions.map((_, index) => (index % 2 === 0 ? "deactivated" : "reactivated"));
    expect(actions).to.deep.equal(turns);
    expect(await verified(context.app, id)).to.deep.include({ problems: [] });
  });

  it("refuses acts on several accounts in one call", async () => {
    const acts = [ended(newAccount()), ended(newAccount())] as const;
    expect(await rejection(record(context.app, ...acts))).to.have.property(
      "message",
      "acts on several accounts were recorded at once",
    );
    expect(await historyOf(context.app, acts[0].accountId)).to.deep.equal([]);
  });
});
