import { expect } from "chai";
import { activeUser } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

describe("user erase", () => {
  const cli = useCli();

  const erase = (phone: string, ...options: string[]) =>
    cli.run(["user", "erase", phone, "--reason", "asked in writing", ...options]);
  const isThere = async (phone: string) => (await cli.context.app.users.findByPhone(null, phone)) !== null;

  it("erases an account, and says so in a line or as JSON", async () => {
    const [one, other] = [await activeUser(cli.context), await activeUser(cli.context)];
    expect(await erase(one.phone.slice(1))).to.deep.equal({
      code: 0,
      out: `${one.phone} erased\n`,
      error: "",
    });
    const { code, out } = await erase(other.phone, "--json");
    expect({ code, json: JSON.parse(out) }).to.deep.equal({
      code: 0,
      json: { phone: other.phone, erased: true },
    });
    expect([await isThere(one.phone), await isThere(other.phone)]).to.deep.equal([false, false]);
    expect((await erase(one.phone)).code).to.equal(2);
  });

  it("asks on a terminal first, unless it is told not to", async () => {
    const { phone } = await activeUser(cli.context);
    const prompt = `Erase the account of ${phone} for good?`;
    const args = ["user", "erase", phone, "--reason", "asked in writing"];
    const refused = await cli.run(args, { terminal: [[prompt, "n"]] });
    expect([refused.code, await isThere(phone)]).to.deep.equal([1, true]);
    const confirmed = await cli.run(args, { terminal: [[prompt, "y"]] });
    expect([confirmed.code, await isThere(phone)]).to.deep.equal([0, false]);
    const { phone: next } = await activeUser(cli.context);
    const told = await cli.run(["user", "erase", next, "--reason", "x", "--yes"], { terminal: [] });
    expect([told.code, await isThere(next)]).to.deep.equal([0, false]);
  });

  it("needs a reason that doesn't name the account", async () => {
    const { phone } = await activeUser(cli.context);
    expect((await cli.run(["user", "erase", phone])).code).to.equal(2);
    const { code, error } = await cli.run(["user", "erase", phone, "--reason", `call from ${phone}`]);
    expect(code).not.to.equal(0);
    expect(error).to.include("The reason stays in the history.");
    expect(await isThere(phone)).to.equal(true);
  });
});
