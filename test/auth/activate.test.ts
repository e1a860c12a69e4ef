import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { rejectionReason } from "../support/rejection.js";
import { activeUser, atOnce, caller, newPhone, registered, useTestContext } from "../support/test-context.js";

describe("activate", () => {
  const context = useTestContext();

  const wrongFor = (code: string) => (code === "000000" ? "000001" : "000000");

  it("activates the account with the code from the SMS, in few statements", async () => {
    const phone = await registered(context);
    context.statements.length = 0;
    const user = await activate(context.app, { ...caller, phone, code: context.outbox.codeFor(phone) });
    expect(user).to.include({ phone, isActive: true });
    // Counting the attempt, which is committed before the code is compared; then all that an activation writes.
    expect(context.statements).to.have.length(2);
  });

  it("accepts the code with white space, zero-width characters and digits of other scripts", async () => {
    const phone = await registered(context);
    const code = context.outbox
      .codeFor(phone)
      .replace(/\d/g, (digit) => String.fromCodePoint(0x0660 + Number(digit)));
    const user = await activate(context.app, {
      ...caller,
      phone,
      code: ` ${code.slice(0, 3)}\u200b ${code.slice(3)}\n`,
    });
    expect(user.isActive).to.equal(true);
  });

  it("treats an unknown phone like a wrong code", async () => {
    expect(
      await rejectionReason(activate(context.app, { ...caller, phone: newPhone(), code: "123456" })),
    ).to.equal("CODE_INCORRECT");
  });

  it("refuses an active account", async () => {
    const { phone } = await activeUser(context);
    expect(await rejectionReason(activate(context.app, { ...caller, phone, code: "123456" }))).to.equal(
      "ALREADY_ACTIVE",
    );
  });

  it("refuses the correct code after ten minutes", async () => {
    const phone = await registered(context);
    context.clock.advance(600);
    const code = context.outbox.codeFor(phone);
    expect(await rejectionReason(activate(context.app, { ...caller, phone, code }))).to.equal("CODE_EXPIRED");
  });

  it("locks the code after five wrong attempts, even for the correct code", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(
        await rejectionReason(activate(context.app, { ...caller, phone, code: wrongFor(code) })),
      ).to.equal("CODE_INCORRECT");
    }
    expect(await rejectionReason(activate(context.app, { ...caller, phone, code }))).to.equal("CODE_LOCKED");
  });

  it("accepts the correct code at the fifth attempt", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await rejectionReason(activate(context.app, { ...caller, phone, code: wrongFor(code) }));
    }
    expect((await activate(context.app, { ...caller, phone, code })).isActive).to.equal(true);
  });

  it("refuses another account's code", async () => {
    const phone = await registered(context);
    const other = await registered(context);
    const code = context.outbox.codeFor(other);
    if (code === context.outbox.codeFor(phone)) return;
    expect(await rejectionReason(activate(context.app, { ...caller, phone, code }))).to.equal(
      "CODE_INCORRECT",
    );
  });

  it("does not activate a number whose account an administrator deactivated", async () => {
    const { phone } = await activeUser(context);
    await context.testDatabase.database.run(
      null,
      {
        name: "test_end",
        text: "UPDATE users SET is_active = false, deactivated_at = now() WHERE phone = $1",
      },
      [phone],
    );
    const code = context.outbox.codeFor(phone);
    expect(await rejectionReason(activate(context.app, { ...caller, phone, code }))).to.equal(
      "CODE_INCORRECT",
    );
  });

  it("activates once when 100 callers send the correct code at once in two processes", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) => activate(processes[index % 2]!, { ...caller, phone, code }));
    expect(results.filter((result) => typeof result === "object")).to.have.length(1);
    const refusals = results.filter((result) => typeof result === "string");
    expect(new Set(refusals)).to.satisfy((reasons: Set<string>) =>
      [...reasons].every((reason) => ["ALREADY_ACTIVE", "CODE_LOCKED", "CODE_EXPIRED"].includes(reason)),
    );
    expect(refusals).to.have.length(99);
  });

  it("compares at most five of 200 concurrent wrong codes, then refuses the correct one", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(200, (index) =>
      activate(processes[index % 2]!, { ...caller, phone, code: wrongFor(code) }),
    );
    expect(results.filter((result) => result === "CODE_INCORRECT")).to.have.length(5);
    expect(results.filter((result) => result === "CODE_LOCKED")).to.have.length(195);
    expect(await rejectionReason(activate(context.app, { ...caller, phone, code }))).to.equal("CODE_LOCKED");
  });
});
