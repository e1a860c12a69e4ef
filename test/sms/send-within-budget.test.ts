import { expect } from "chai";
import type { SmsBudgetRules } from "../../src/config-rates.js";
import { DomainError } from "../../src/errors.js";
import { sendWithinBudget } from "../../src/sms/send-within-budget.js";
import type { OutgoingMessage } from "../../src/sms/sms-budget.js";
import { SmsDeliveryUnknownError } from "../../src/sms/sms-gateway.js";
import { oncePerMinute } from "../../src/system/once-per-minute.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { rejectionReason } from "../support/rejection.js";
import { atOnce, useTestContext } from "../support/test-context.js";

describe("sendWithinBudget", () => {
  const context = useTestContext();
  const budgets = {
    total: { hour: 10, day: 20 },
    country: { hour: null, day: null },
    address: { hour: 3, day: null },
  };
  const rules: SmsBudgetRules = { isPaused: false, countries: ["237"], budgets };
  const message: OutgoingMessage = {
    phone: "+237670000001",
    callerAddress: "198.51.100.7",
    isVerified: false,
    priority: "owner",
  };
  let sent: string[];
  beforeEach(async () => {
    sent = [];
    context.refusals.length = 0;
    await context.testDatabase.database.models.smsCounts.destroy({ where: {}, transaction: null });
  });

  const send = (
    changes: Partial<OutgoingMessage> = {},
    { smsBudget = rules, app = context.app, work = async () => {} } = {},
  ) =>
    sendWithinBudget({ ...app, smsBudget }, { ...message, ...changes }, async () => {
      await work();
      sent.push(message.phone);
    });

  const refused = async (...input: Parameters<typeof send>) => {
    expect(await rejectionReason(send(...input))).to.equal("SMS_UNAVAILABLE");
    return context.refusals.at(-1);
  };

  it("counts by address, the /64 of IPv6", async () => {
    for (let index = 0; index < 3; index += 1) await send({ callerAddress: `2001:db8:0:1::${index}` });
    expect(await refused({ callerAddress: "2001:db8:0:1:ffff::1" })).to.deep.equal({
      kind: "budget",
      budget: "address",
      period: "hour",
      limit: 3,
      used: 3,
    });
    await send({ callerAddress: "2001:db8:0:2::1" });
    await send({ callerAddress: null });
    expect(sent).to.have.length(5);
  });

  it("forgets what left more than an hour and five minutes ago", async () => {
    for (let index = 0; index < 3; index += 1) await send();
    context.clock.advance(3599);
    await refused();
    context.clock.advance(301);
    await send();
  });

  it("refuses everything while SMS are paused", async () => {
    const smsBudget = { ...rules, isPaused: true };
    expect(await refused({ isVerified: true }, { smsBudget })).to.deep.equal({ kind: "paused" });
    expect(sent).to.deep.equal([]);
  });

  it("refuses countries that are not allowed, except for proved numbers", async () => {
    const phone = "+33612345678";
    expect(await refused({ phone })).to.deep.equal({ kind: "country" });
    await send({ phone, isVerified: true });
  });

  it("allows the countries on the whitelist by default", async () => {
    const smsBudget = { ...rules, countries: null };
    const phone = "+221770000001";
    await refused({ phone }, { smsBudget });
    await addEntry(context.app, { phone: "+221770000002", notes: "", isActive: true, actor: null });
    await send({ phone }, { smsBudget });
    await refused({ phone: "+223770000001" }, { smsBudget });
  });

  it("counts messages to proved numbers in the total only", async () => {
    const usage = () =>
      context.app.smsCounts.usage(null, { country: "237", address: "203.0.113.7" }, context.clock.now());
    await send({ isVerified: true, callerAddress: "203.0.113.7" });
    expect(await usage()).to.deep.include({
      country: { hour: 0, day: 0 },
      address: { hour: 0, day: 0 },
    });
    expect((await usage()).total.hour).to.equal(1);
    await send({ callerAddress: "203.0.113.7" });
    const { country, address } = await usage();
    expect([country.hour, address.hour]).to.deep.equal([1, 1]);
  });

  it("takes back a message that certainly did not leave, and only that", async () => {
    for (let index = 0; index < 5; index += 1) {
      await send({}, { work: () => Promise.reject(new Error("away")) }).catch(() => {});
    }
    for (let index = 0; index < 3; index += 1) {
      const work = () => Promise.reject(new SmsDeliveryUnknownError());
      await send({}, { work }).catch(() => {});
    }
    await refused();
    expect(sent).to.deep.equal([]);
  });

  describe("counts as failed", () => {
    const lastHour = () => context.app.smsCounts.lastHour(null, context.clock.now());
    const rejecting = (error: Error) => ({ work: () => Promise.reject(error) });
    const failures = [
      new DomainError("SMS_UNAVAILABLE"),
      new DomainError("PHONE_INVALID"),
      new SmsDeliveryUnknownError(),
      new Error("a fault"),
    ];

    it("whatever the provider did not accept or may not have accepted, which may have left", async () => {
      await send();
      for (const [index, error] of failures.entries()) {
        const isVerified = index % 2 === 0;
        await send({ isVerified }, rejecting(error)).catch(() => {});
      }
      expect(await lastHour()).to.deep.equal({ sent: 2, failed: failures.length });
    });

    it("nothing that the budget refuses, which was never handed to the provider", async () => {
      await refused({}, { smsBudget: { ...rules, isPaused: true } });
      await refused({ phone: "+33612345678" });
      expect(await lastHour()).to.deep.equal({ sent: 0, failed: 0 });
    });

    it("only what failed in the hour before, and up to five minutes more", async () => {
      await send({}, rejecting(failures[0]!)).catch(() => {});
      context.clock.advance(3599);
      expect(await lastHour()).to.include({ failed: 1 });
      context.clock.advance(301);
      expect(await lastHour()).to.include({ failed: 0 });
    });

    it("every one of 100 at once in two processes, which use up no budget", async () => {
      const processes = [context.app, context.anotherProcess()];
      await atOnce(100, (index) =>
        send(
          { callerAddress: `203.0.113.${index}`, isVerified: index % 3 === 0 },
          {
            app: processes[index % 2]!,
            smsBudget: { ...rules, budgets: { ...budgets, total: { hour: null, day: null } } },
            ...rejecting(failures[0]!),
          },
        ),
      );
      expect(await lastHour()).to.deep.equal({ sent: 0, failed: 100 });
    });

    it("nothing when the database doesn't take the count, and the call fails as the message did", async () => {
      const away = () => Promise.reject(new Error("the database is unreachable"));
      const { smsCounts } = context.app;
      let leaves = true;
      const app = {
        ...context.app,
        smsCounts: {
          ...smsCounts,
          add: (...input: Parameters<typeof smsCounts.add>) => {
            if (!leaves) return away();
            leaves = false;
            return smsCounts.add(...input);
          },
        },
      };
      const failed = send({}, { app, ...rejecting(failures[1]!) });
      expect(await rejectionReason(failed)).to.equal("PHONE_INVALID");
      expect(await lastHour()).to.deep.equal({ sent: 1, failed: 0 });
    });
  });

  it("never sends more than the budget for 100 callers at once in two processes", async () => {
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) =>
      send({ callerAddress: `203.0.113.${index}` }, { app: processes[index % 2]! }),
    );
    expect(results.filter((result) => result === undefined)).to.have.length(10);
    expect(results.filter((result) => result === "SMS_UNAVAILABLE")).to.have.length(90);
    expect(sent).to.have.length(10);
  });

  it("is reported once a minute", () => {
    const reports: number[] = [];
    const report = oncePerMinute<number>(context.clock, (value) => reports.push(value));
    for (const seconds of [0, 30, 29, 1, 60]) {
      context.clock.advance(seconds);
      report(seconds);
    }
    expect(reports).to.deep.equal([0, 1, 60]);
  });
});
