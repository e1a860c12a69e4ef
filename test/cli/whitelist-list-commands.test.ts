import { expect } from "chai";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { updateEntry } from "../../src/whitelist/update-entry.js";
import { activeUser, newPhone } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

/** The columns of each line of a command's output. */
const rows = (out: string) =>
  out
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t"));

describe("whitelist list and history", () => {
  const cli = useCli();
  const [one, two] = [newPhone(), newPhone()];
  let adder: string;
  before(async () => {
    const { app, clock } = cli.context;
    const admin = await activeUser(cli.context);
    adder = admin.phone;
    await addEntry(app, { phone: one, notes: "Client\tVIP\nzone 7", isActive: true, actor: admin });
    clock.advance(60);
    await addEntry(app, { phone: two, notes: "", isActive: true, actor: null });
    await updateEntry(app, { phone: two, notes: null, isActive: false, actor: admin });
  });

  const listed = async (...options: string[]) => {
    const { out } = await cli.run(["whitelist", "list", ...options]);
    return rows(out).map(([phone]) => phone);
  };

  it("print one line for each number: phone, state, when, by whom, notes", async () => {
    const { code, out, error } = await cli.run(["whitelist", "list", "--added-by", adder]);
    expect({ code, error }).to.deep.equal({ code: 0, error: "" });
    expect(rows(out)).to.deep.equal([
      [one, "active", "2026-03-01T12:00:00.000Z", "John Doe", "Client VIP zone 7"],
    ]);
  });

  it("filter by state and text, and order by number", async () => {
    expect(await listed("--inactive")).to.deep.equal([two]);
    expect(await listed("--active")).to.have.members([one, adder]);
    expect(await listed("--active", "--inactive")).to.have.members([one, two, adder]);
    expect(await listed("--search", "vip")).to.deep.equal([one]);
    expect(await listed("--order", "phone desc")).to.deep.equal([adder, one, two].sort().reverse());
    expect((await cli.run(["whitelist", "list", "--order", "notes"])).code).to.equal(2);
  });

  it("print one JSON object per line, in the form of REST", async () => {
    const { out } = await cli.run(["whitelist", "list", "--inactive", "--json"]);
    expect(JSON.parse(out)).to.include({ phone: two, is_active: false, notes: "" });
  });

  it("print a number's history, the latest change first", async () => {
    const { code, out } = await cli.run(["whitelist", "history", two]);
    expect(code).to.equal(0);
    const at = "2026-03-01T12:01:00.000Z";
    expect(rows(out)).to.deep.equal([
      [at, "deactivate", `John Doe ${adder}`, "-", 'active ""', 'inactive ""'],
      [at, "add", "command line", "-", "-", 'active ""'],
    ]);
    const json = await cli.run(["whitelist", "history", one, "--json"]);
    expect(JSON.parse(json.out)).to.include({ actor_display: "John Doe", actor_phone: adder });
  });
});
