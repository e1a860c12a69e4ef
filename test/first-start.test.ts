import { expect } from "chai";
import { login } from "../src/auth/login.js";
import { firstStartText, prepareFirstStart } from "../src/first-start.js";
import { recordSecret } from "./support/log.js";
import { atOnce, useTestContext } from "./support/test-context.js";

describe("first start", () => {
  const context = useTestContext({ scope: "test" });

  it("adds the test numbers and one superuser who can sign in, and nothing the next time", async () => {
    const superuser = await prepareFirstStart(context.app);
    recordSecret(superuser?.password ?? "");
    const { user } = await login(context.app, { phone: superuser!.phone, password: superuser!.password });
    expect(user).to.include({ isActive: true, isStaff: true, isSuperuser: true });
    for (const phone of ["+237670000000", "+237670000001", "+237670000002", "+237658552295"]) {
      expect(await context.app.isWhitelisted(phone)).to.equal(true);
    }
    expect(await prepareFirstStart(context.app)).to.equal(null);
  });

  it("returns the password to one of several processes that start at once", async () => {
    const results = await atOnce(4, () => prepareFirstStart(context.app));
    expect(results.filter((result) => result !== null)).to.have.length(1);
  });

  it("prints the superuser's password, and commands for the server's port", () => {
    const superuser = { phone: "+237670000999", password: "a-password" };
    const origin = "http://localhost:8123";
    const text = firstStartText(superuser, { origin, servesConsole: true });
    expect(text).to.match(/phone +\+237670000999\n +password +a-password /);
    expect(text).to.include("B=http://localhost:8123/api/auth;");
    expect(text).to.match(/^ {2}console +http:\/\/localhost:8123\/admin\/\n\nPaste/m);
    expect(firstStartText(superuser, { origin, servesConsole: false })).not.to.include("console");
  });
});
