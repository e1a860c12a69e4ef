import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import {
  activeUser,
  atOnce,
  failure,
  newPhone,
  registered,
  useTestContext,
} from "../support/test-context.js";

describe("activate", () => {
  const context = useTestContext();

  const wrongFor = (code: string) => (code === "000000" ? "000001" : "000000");

  it("activates the account with the code from the SMS, in two statements", async () => {
    const phone = await registered(context);
    context.statements.length = 0;
    const user = await activate(context.app, { phone, code: context.outbox.codeFor(phone) });
    expect(user).to.include({ phone, isActive: true });
    expect(context.statements).to.have.length(2);
  });

  it("takes the code with white space, zero-width characters and digits of other scripts", async () => {
    const phone = await registered(context);
    const code = context.outbox
      .codeFor(phone)
      .replace(/\d/g, (digit) => String.fromCodePoint(0x0660 + Number(digit)));
    const user = await activate(context.app, {
      phone,
      code: ` ${code.slice(0, 3)}\u200b ${code.slice(3)}\n`,
    });
    expect(user.isActive).to.equal(true);
  });

  it("answers an unknown phone like a wrong code", async () => {
    expect(await failure(activate(context.app, { phone: newPhone(), code: "123456" }))).to.equal(
      "CODE_INCORRECT",
    );
  });

  it("refuses an active account", async () => {
    const { phone } = await activeUser(context);
    expect(await failure(activate(context.app, { phone, code: "123456" }))).to.equal("ALREADY_ACTIVE");
  });

  it("refuses the right code after ten minutes", async () => {
    const phone = await registered(context);
    context.clock.advance(600);
    const code = context.outbox.codeFor(phone);
    expect(await failure(activate(context.app, { phone, code }))).to.equal("CODE_EXPIRED");
  });

  it("locks the code after five wrong tries, the right code included", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(await failure(activate(context.app, { phone, code: wrongFor(code) }))).to.equal(
        "CODE_INCORRECT",
      );
    }
    expect(await failure(activate(context.app, { phone, code }))).to.equal("CODE_LOCKED");
  });

  it("takes the right code at the fifth try", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await failure(activate(context.app, { phone, code: wrongFor(code) }));
    }
    expect((await activate(context.app, { phone, code })).isActive).to.equal(true);
  });

  it("refuses another account's code", async () => {
    const phone = await registered(context);
    const other = await registered(context);
    const code = context.outbox.codeFor(other);
    if (code === context.outbox.codeFor(phone)) return;
    expect(await failure(activate(context.app, { phone, code }))).to.equal("CODE_INCORRECT");
  });

  it("does not bring back an account that an administrator ended", async () => {
    const phone = await registered(context);
    await context.testDatabase.database.run(
      null,
      { name: "test_end", text: "UPDATE users SET deactivated_at = now() WHERE phone = $1" },
      [phone],
    );
    const code = context.outbox.codeFor(phone);
    expect(await failure(activate(context.app, { phone, code }))).to.equal("CODE_INCORRECT");
  });

  it("activates once, of 100 callers at once with the right code in two processes", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(100, (index) => activate(processes[index % 2]!, { phone, code }));
    expect(results.filter((result) => typeof result === "object")).to.have.length(1);
    const refusals = results.filter((result) => typeof result === "string");
    expect(new Set(refusals)).to.satisfy((reasons: Set<string>) =>
      [...reasons].every((reason) => ["ALREADY_ACTIVE", "CODE_LOCKED", "CODE_EXPIRED"].includes(reason)),
    );
    expect(refusals).to.have.length(99);
  });

  it("compares at most five of 200 wrong codes at once, and then refuses the right one", async () => {
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(200, (index) =>
      activate(processes[index % 2]!, { phone, code: wrongFor(code) }),
    );
    expect(results.filter((result) => result === "CODE_INCORRECT")).to.have.length(5);
    expect(results.filter((result) => result === "CODE_LOCKED")).to.have.length(195);
    expect(await failure(activate(context.app, { phone, code }))).to.equal("CODE_LOCKED");
  });
});
