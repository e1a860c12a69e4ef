import { expect } from "chai";
import type { Act } from "../../src/audit/act.js";
import { createRecord } from "../../src/audit/record.js";
import { createActReport } from "../../src/audit/report-act.js";
import type { CommittedAct } from "../../src/telemetry/metrics.js";
import { testLogger } from "../support/log.js";
import { rejection } from "../support/rejection.js";
import { useTestContext } from "../support/test-context.js";

describe("the report of an act", () => {
  const context = useTestContext();
  let lines: Record<string, unknown>[];
  let counted: CommittedAct[];
  let record: ReturnType<typeof createRecord>;
  beforeEach(() => {
    lines = [];
    counted = [];
    const logger = testLogger((line) => void lines.push(JSON.parse(line)));
    const metrics = { actCommitted: (act: CommittedAct) => void counted.push(act) };
    record = createRecord({ ...context.app, actCommitted: createActReport({ logger, metrics }) });
  });
  const deactivated: Act = {
    ...{ accountId: 71, at: new Date(), actor: { kind: "administrator", id: 9 } },
    ...{ action: "deactivated", sessionCount: 3, reason: "a reason that nobody else reads" },
  };

  it("names who acted on whom by their ids, and no value", async () => {
    const phones = { before: { phone: "+237670000001" }, after: { phone: "+237670000002" } };
    await context.app.database.transaction((tx) =>
      record(tx, deactivated, {
        ...{ ...deactivated, actor: { kind: "owner" } },
        ...{ action: "phone_changed", ...phones, reason: null },
      }),
    );
    const shown = lines.map(({ level: _level, time: _time, ...line }) => line);
    const act = { accountId: 71, sessionCount: 3, msg: "act" };
    expect(shown).to.deep.equal([
      { event: "account.deactivated", ...act, actor: "administrator", actorId: 9 },
      { event: "account.phone_changed", ...act, actor: "owner" },
    ]);
    expect(counted).to.deep.equal([
      { action: "deactivated", actor: "administrator", sessionCount: 3 },
      { action: "phone_changed", actor: "owner", sessionCount: 3 },
    ]);
  });

  it("comes when the act is committed, and never if it is rolled back", async () => {
    let meanwhile: number | undefined;
    await context.app.database.transaction(async (tx) => {
      await record(tx, deactivated);
      meanwhile = lines.length;
    });
    expect([meanwhile, lines.length]).to.deep.equal([0, 1]);
    const failure = new Error("after the act");
    const failing = context.app.database.transaction(async (tx) => {
      await record(tx, deactivated);
      throw failure;
    });
    expect(await rejection(failing)).to.equal(failure);
    expect([lines.length, counted.length]).to.deep.equal([1, 1]);
  });
});
