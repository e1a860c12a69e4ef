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

  it("ends nothing without a reason, nor without --revoke", async () => {
    const { user, tokens } = await signedIn(cli.context);
    for (const options of [["--revoke"], ["--reason", "lost phone"], ["--revoke", "--reason", " "]]) {
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
