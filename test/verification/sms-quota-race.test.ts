import { expect } from "chai";
import { register } from "../../src/auth/register.js";
import { requestPasswordReset } from "../../src/auth/reset-password.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { activeUser, atOnce, newPhone, person, useTestContext } from "../support/test-context.js";

describe("the sending quotas with 100 callers at once in two processes", () => {
  const context = useTestContext();

  const networkOf = (index: number) => `203.0.${index}.1`;

  async function registrations(addressOf: (index: number) => string) {
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) =>
      register(processes[index % 2]!, { ...person, phone, callerAddress: addressOf(index) }),
    );
    return {
      accepted: results.filter((result) => typeof result === "object"),
      sent: context.outbox.to(phone),
    };
  }

  it("send one code to the neighbours of one network", async () => {
    const { accepted, sent } = await registrations((index) => `203.0.113.${index}`);
    expect([accepted.length, sent.length]).to.deep.equal([1, 1]);
  });

  it("send ten codes to a number without an account, whose networks are all new", async () => {
    const { accepted, sent } = await registrations(networkOf);
    expect([accepted.length, sent.length]).to.deep.equal([10, 10]);
  });

  it("send seven codes to an account that strangers ask for", async () => {
    const { phone } = await activeUser(context);
    context.clock.advance(86_400);
    const processes = [context.app, context.anotherProcess()];
    for (let index = 0; index < 100; index += 1) {
      requestPasswordReset(processes[index % 2]!, { phone, callerAddress: networkOf(index) });
    }
    await context.settle();
    const resets = context.outbox.to(phone).filter((message) => message.kind !== "activation");
    expect(resets).to.have.length(7);
  });
});
