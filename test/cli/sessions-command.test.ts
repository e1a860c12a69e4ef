import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { rejectionReason } from "../support/rejection.js";
import { activeUser, newPhone, signedIn, testPassword } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

describe("user sessions", () => {
  const cli = useCli();

  it("prints the open sessions of an account, as lines or as JSON", async () => {
    const { app } = cli.context;
    const { phone } = await activeUser(cli.context);
    expect(await cli.run(["user", "sessions", phone])).to.deep.equal({ code: 0, out: "", error: "" });
    const from = { client: "WaterBill/2.1", address: "192.0.2.1" };
    const { tokens } = await login(app, { phone, password: testPassword, ...from });
    const { sessionId } = await app.verifyAccessToken(tokens.access);
    const { code, out } = await cli.run(["user", "sessions", phone.slice(1)]);
    const [id, createdAt, lastUsedAt, ...rest] = out.slice(0, -1).split("\t");
    expect({ code, id, rest }).to.deep.equal({
      code: 0,
      id: sessionId,
      rest: ["192.0.2.1", "WaterBill/2.1"],
    });
    expect(lastUsedAt).to.equal(createdAt);
    const json = await cli.run(["user", "sessions", phone, "--json"]);
    expect(JSON.parse(json.out)).to.deep.include({ id: sessionId, ...from, is_current: false });
    expect(Object.keys(JSON.parse(json.out))).to.deep.equal([
      "id",
      "created_at",
      "last_used_at",
      "client",
      "address",
      "is_current",
    ]);
  });

  it("prints a dash for what the service doesn't know of a session", async () => {
    const { user } = await signedIn(cli.context);
    expect((await cli.run(["user", "sessions", user.phone])).out).to.match(/\t-\t-\n$/);
  });

  it("ends them with a reason, which the history has, and says when there are none", async () => {
    const { user, tokens } = await signedIn(cli.context);
    const revoke = (...options: string[]) =>
      cli.run(["user", "sessions", user.phone, "--revoke", "--reason", "lost phone", ...options]);
    expect(await revoke()).to.deep.equal({ code: 0, out: `${user.phone} sessions ended: 1\n`, error: "" });
    const { app } = cli.context;
    expect(await rejectionReason(app.verifyAccessToken(tokens.access))).to.equal("UNAUTHENTICATED");
    expect(await revoke()).to.include({ code: 0, out: `${user.phone} has no open session\n` });
    const json = JSON.parse((await revoke("--json")).out);
    expect(json).to.deep.equal({ phone: user.phone, revoked_count: 0 });
    const history = await cli.run(["user", "history", user.phone]);
    expect(history.out).to.match(/\tsession_ended\tcommand line\t.*\t1\t"lost phone"\n$/);
  });

  it("ends one of them by its id, in any case, and says when the account has none with it", async () => {
    const { user, tokens } = await signedIn(cli.context);
    const { app } = cli.context;
    const { sessionId } = await app.verifyAccessToken(tokens.access);
    const kept = await login(app, { phone: user.phone, password: testPassword });
    const act = ["--revoke", "--reason", "lost phone", "--session", sessionId.toUpperCase()];
    const revoke = (...options: string[]) => cli.run(["user", "sessions", user.phone, ...act, ...options]);
    expect(await revoke()).to.deep.equal({ code: 0, out: `${user.phone} sessions ended: 1\n`, error: "" });
    expect(await rejectionReason(app.verifyAccessToken(tokens.access))).to.equal("UNAUTHENTICATED");
    await app.verifyAccessToken(kept.tokens.access);
    const none = `${user.phone} has no open session with this id\n`;
    expect(await revoke()).to.deep.equal({ code: 0, out: none, error: "" });
    expect(JSON.parse((await revoke("--json")).out)).to.deep.equal({ phone: user.phone, revoked_count: 0 });
    const { out } = await cli.run(["user", "history", user.phone]);
    expect(out.split("\n").filter((line) => line.includes("session_ended"))).to.have.length(1);
    expect(out).to.include(sessionId);
  });

  it("ends nothing without a reason, nor without --revoke", async () => {
    const { user, tokens } = await signedIn(cli.context);
    const { sessionId } = await cli.context.app.verifyAccessToken(tokens.access);
    for (const options of [
      ["--revoke"],
      ["--reason", "lost phone"],
      ["--revoke", "--reason", " "],
      ["--session", sessionId],
      ["--session", sessionId, "--revoke"],
      ["--session", sessionId, "--reason", "lost phone"],
      ["--session", "", "--revoke", "--reason", "lost phone"],
      ["--session", "7", "--revoke", "--reason", "lost phone"],
    ]) {
      const { code, error } = await cli.run(["user", "sessions", user.phone, ...options]);
      expect(code, options.join(" ")).to.equal(2);
      expect(error).not.to.equal("");
    }
    await cli.context.app.verifyAccessToken(tokens.access);
  });

  it("finds no account in a number that has none", async () => {
    for (const options of [[], ["--revoke", "--reason", "lost phone"]]) {
      const result = await cli.run(["user", "sessions", newPhone(), ...options]);
      expect(result).to.deep.equal({ code: 2, out: "", error: "No account has this phone number.\n" });
    }
  });
});
