import { expect } from "chai";
import type { SmsBudgetRules } from "../../src/config-rates.js";
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
