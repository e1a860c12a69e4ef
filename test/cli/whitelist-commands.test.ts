import { expect } from "chai";
import { TEST_NUMBERS } from "../../src/whitelist/init-whitelist.js";
import { newPhone } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

describe("whitelist commands", () => {
  const cli = useCli();
  const find = (phone: string) => cli.context.app.whitelist.find(null, phone);

  it("add a number with notes, and reactivate a deactivated one", async () => {
    const phone = newPhone();
    expect(await cli.run(["whitelist", "add", phone, "Client VIP"])).to.deep.equal({
      code: 0,
      out: `${phone} added\n`,
      error: "",
    });
    expect(await find(phone)).to.include({ notes: "Client VIP", isActive: true, addedBy: null });
    await cli.run(["whitelist", "deactivate", phone]);
    const again = await cli.run(["whitelist", "add", phone]);
    expect(again).to.include({ code: 0, out: `${phone} reactivated\n` });
    const json = await cli.run(["whitelist", "add", newPhone(), "x", "--json"]);
    expect(JSON.parse(json.out)).to.include({ notes: "x", is_active: true });
  });

  it("say that a number is already listed, and exit with 0", async () => {
    const phone = newPhone();
    await cli.run(["whitelist", "add", phone, "Client VIP"]);
    const already = `${phone} is already on the whitelist`;
    const again = await cli.run(["whitelist", "add", phone.slice(1)]);
    expect(again).to.deep.equal({ code: 0, out: `${already}\n`, error: "" });
    const noted = await cli.run(["whitelist", "add", phone, "Quartier Nord"]);
    expect(noted).to.include({ code: 0, out: `${already}; its notes are unchanged\n` });
    const json = await cli.run(["whitelist", "add", phone, "--json"]);
    expect(json.code).to.equal(0);
    expect(JSON.parse(json.out)).to.include({ phone, notes: "Client VIP", is_active: true });
  });

  it("say that a number is not listed when it is to be removed, and exit with 0", async () => {
    const phone = newPhone();
    const absent = await cli.run(["whitelist", "remove", phone.slice(1)]);
    expect(absent).to.deep.equal({ code: 0, out: `${phone} is not on the whitelist\n`, error: "" });
    const json = await cli.run(["whitelist", "remove", phone, "--json"]);
    expect(json.code).to.equal(0);
    expect(JSON.parse(json.out)).to.deep.equal({ removed_phone: "" });
    expect(await cli.run(["whitelist", "remove", "12"])).to.include({ code: 2, out: "" });
  });

  it("check a number, with exit code 0 or 1", async () => {
    const phone = newPhone();
    const check = ["whitelist", "check", ` ${phone.slice(1)}`];
    expect(await cli.run(check)).to.deep.equal({ code: 1, out: `${phone} may not register\n`, error: "" });
    await cli.run(["whitelist", "add", phone]);
    expect(await cli.run(check)).to.deep.equal({ code: 0, out: `${phone} may register\n`, error: "" });
    const listed = await cli.run([...check, "--json"]);
    expect(listed.code).to.equal(0);
    expect(JSON.parse(listed.out)).to.have.property("is_authorized", true);
    await cli.run(["whitelist", "deactivate", phone]);
    const deactivated = await cli.run([...check, "--json"]);
    expect(deactivated.code).to.equal(1);
    expect(JSON.parse(deactivated.out)).to.have.property("is_authorized", false);
  });

  it("deactivate a number, which stays on the list", async () => {
    const phone = newPhone();
    await cli.run(["whitelist", "add", phone]);
    const deactivated = await cli.run(["whitelist", "deactivate", phone]);
    expect(deactivated).to.include({ code: 0, out: `${phone} deactivated\n` });
    expect(await find(phone)).to.include({ isActive: false });
    const again = await cli.run(["whitelist", "deactivate", phone]);
    expect(again).to.include({ code: 0, out: `${phone} is already deactivated\n` });
    const json = await cli.run(["whitelist", "deactivate", phone, "--json"]);
    expect(JSON.parse(json.out)).to.include({ phone, is_active: false });
    const absent = await cli.run(["whitelist", "deactivate", newPhone()]);
    expect(absent).to.include({ code: 2, error: "Number not found on the whitelist.\n" });
  });

  it("remove a number without confirmation when there is no terminal", async () => {
    const phone = newPhone();
    await cli.run(["whitelist", "add", phone, "Client VIP"]);
    expect(await cli.run(["whitelist", "remove", phone])).to.include({ code: 0, out: `${phone} removed\n` });
    expect(await find(phone)).to.equal(null);
    await cli.run(["whitelist", "add", phone]);
    const json = await cli.run(["whitelist", "remove", phone, "--json"]);
    expect(JSON.parse(json.out)).to.deep.equal({ removed_phone: phone });
  });

  it("remove a number on a terminal only after confirmation or with --yes", async () => {
    const phone = newPhone();
    await cli.run(["whitelist", "add", phone]);
    const remove = ["whitelist", "remove", phone];
    const question = `Remove ${phone} from the whitelist?`;
    expect(await cli.run(remove, { terminal: [[question, "n"]] })).to.include({ code: 1, out: "" });
    expect(await find(phone)).not.to.equal(null);
    const removed = await cli.run(remove, { terminal: [[question, "y"]] });
    expect(removed).to.include({ code: 0, out: `${phone} removed\n` });
    await cli.run(["whitelist", "add", phone]);
    expect(await cli.run([...remove, "--yes"], { terminal: [] })).to.include({ code: 0, error: "" });
    expect(await find(phone)).to.equal(null);
  });

  it("update several numbers, a line for each, and exit with 1 if one is refused", async () => {
    const [one, two, unknown] = [newPhone(), newPhone(), newPhone()];
    for (const phone of [one, two]) await cli.run(["whitelist", "add", phone, "Client VIP"]);
    const update = (...options: string[]) => cli.run(["whitelist", "update", one.slice(1), two, ...options]);
    const changed = `${one}\tchanged\n${two}\tchanged\n`;
    const deactivated = await update("--inactive", "--notes", " Quartier Nord ");
    expect(deactivated).to.deep.equal({ code: 0, out: changed, error: "" });
    expect(await find(two)).to.include({ notes: "Quartier Nord", isActive: false });
    expect(await update("--active", "--notes", "")).to.include({ code: 0, out: changed });
    expect(await find(one)).to.include({ notes: "", isActive: true });
    const refused = await update(unknown, "--active");
    expect(refused).to.deep.equal({
      code: 1,
      out: `${one}\tunchanged\n${two}\tunchanged\n${unknown}\trefused\tNumber not found on the whitelist.\n`,
      error: "",
    });
    const json = await cli.run(["whitelist", "update", one, "--inactive", "--json"]);
    expect(JSON.parse(json.out)).to.include({ phone: one, outcome: "BATCH_OUTCOME_CHANGED" });
    expect(await update()).to.include({ code: 2, error: "Give --notes, --active or --inactive.\n" });
    expect(await update("--active", "--inactive")).to.include({ code: 2, out: "" });
    expect(await update("--notes", "x".repeat(1001))).to.include({ code: 2, out: "" });
  });

  it("remove several numbers, on a terminal after one question", async () => {
    const [one, two] = [newPhone(), newPhone()];
    for (const phone of [one, two]) await cli.run(["whitelist", "add", phone]);
    const remove = ["whitelist", "remove", one, two];
    const question = "Remove 2 numbers from the whitelist?";
    expect(await cli.run(remove, { terminal: [[question, "n"]] })).to.include({ code: 1, out: "" });
    const removed = await cli.run(remove, { terminal: [[question, "y"]] });
    expect(removed).to.include({ code: 0, out: `${one}\tchanged\n${two}\tchanged\n` });
    expect(await find(one)).to.equal(null);
    expect((await cli.run(remove)).code).to.equal(1);
  });

  it("add the test numbers, and reactivate them only with --force", async () => {
    const each = (result: string) => TEST_NUMBERS.map((phone) => `${phone} ${result}\n`).join("");
    expect(await cli.run(["whitelist", "init"])).to.include({ code: 0, out: each("added") });
    expect(await cli.run(["whitelist", "init"])).to.include({ code: 0, out: each("unchanged") });
    await cli.run(["whitelist", "deactivate", TEST_NUMBERS[0]]);
    expect(await cli.run(["whitelist", "init"])).to.include({ out: each("unchanged") });
    const forced = await cli.run(["whitelist", "init", "--force"]);
    expect(forced.out).to.match(/^\+237670000000 reactivated\n\+237670000001 unchanged\n/);
    const json = await cli.run(["whitelist", "init", "--json"]);
    expect(json.out).to.equal(
      TEST_NUMBERS.map((phone) => `${JSON.stringify({ phone, result: "unchanged" })}\n`).join(""),
    );
  });
});
