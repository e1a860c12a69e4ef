import { expect } from "chai";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { activate } from "../../src/auth/activate.js";
import type { User } from "../../src/users/user.js";
import { activeUser, atOnce, caller, registered, useTestContext } from "../support/test-context.js";
import { verified } from "./stored-history.js";

describe("the first acts of an account", () => {
  const context = useTestContext();

  it("are sealed as `record` seals them", async () => {
    const { app, clock } = context;
    const accountId = 1_000_000;
    const [registeredAt, activatedAt] = [clock.now(), new Date(clock.now().getTime() + 12_345)];
    const act = { accountId, actor: { kind: "owner" } } as const;
    await app.database.transaction((tx) =>
      app.record(
        tx,
        { ...act, action: "registered", at: registeredAt },
        { ...act, action: "activated", at: activatedAt },
      ),
    );
    const [first, second] = await app.history.stored(null, {
      ...{ after: { account_id: accountId, number: 0 }, lastAccountId: accountId, limit: 2 },
    });
    expect(app.sealFirstActs({ accountId, registeredAt, activatedAt }).values).to.deep.equal([
      ...[first?.key_id, registeredAt, first?.mac, activatedAt, second?.mac, second?.head_seal],
    ]);
  });

  it("begin a chain that verifies, and that later acts continue", async () => {
    const { id, phone } = await activeUser(context);
    expect(await verified(context.app, id)).to.deep.equal({ accountCount: 1, actCount: 2, problems: [] });
    await setAccountActive(context.app, { phone, isActive: false, actor: COMMAND_LINE });
    expect(await verified(context.app, id)).to.deep.equal({ accountCount: 1, actCount: 3, problems: [] });
  });

  it("are recorded once for the account that 100 callers make at once in two processes", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) => activate(processes[index % 2]!, { ...caller, phone, code }));
    const [user, ...others] = results.filter((result): result is User => typeof result === "object");
    expect(others).to.deep.equal([]);
    expect(await verified(context.app, user?.id)).to.deep.equal({
      ...{ accountCount: 1, actCount: 2, problems: [] },
    });
    const { registrations, knownCallers } = context.testDatabase.database.models;
    expect(await registrations.count({ where: { phone }, transaction: null })).to.equal(0);
    expect(await knownCallers.count({ where: { user_id: user?.id ?? 0 }, transaction: null })).to.equal(1);
  });
});
