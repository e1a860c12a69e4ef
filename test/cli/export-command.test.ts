import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { laterActsOf } from "../audit/stored-history.js";
import { activeUser, newPhone } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

const REASON = "Demande écrite du 12 mars";

describe("user export", () => {
  const cli = useCli();
  const run = (phone: string, ...options: string[]) =>
    cli.run(["user", "export", phone, "--reason", ` ${REASON} `, ...options]);

  it("prints all that is kept about an account, as JSON, and is recorded", async () => {
    const { id, phone } = await activeUser(cli.context);
    const { code, out, error } = await run(phone.slice(1));
    expect({ code, error }).to.deep.equal({ code: 0, error: "" });
    const copy = JSON.parse(out);
    expect(copy.user).to.include({ id, phone, email: null });
    expect(copy.history.map(({ action }: { action: string }) => action)).to.deep.equal([
      "registered",
      "activated",
    ]);
    expect(out.split("\n").length).to.be.above(20);
    const acts = await laterActsOf(cli.context.app, id);
    expect(acts).to.have.length(1);
    const actor = { kind: "command_line", id: null };
    expect(acts[0]).to.deep.include({ action: "exported", actor, reason: REASON });

    const line = (await run(phone, "--json")).out;
    expect(line.split("\n")).to.have.length(2);
    expect(JSON.parse(line).history.at(-1)).to.include({ action: "exported", reason: REASON });
  });

  it("writes it to a new file, which only its owner can read", async () => {
    const { phone } = await activeUser(cli.context);
    const file = join(cli.folder, "export.json");
    const written = await run(phone, "--output", file);
    expect(written).to.deep.equal({ code: 0, out: `${phone} exported to ${file}\n`, error: "" });
    expect(JSON.parse(await readFile(file, "utf8")).user.phone).to.equal(phone);
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    const other = join(cli.folder, "other.json");
    const { out } = await run(phone, "--output", other, "--json");
    expect(JSON.parse(out)).to.deep.equal({ phone, file: other });
  });

  it("reads nothing for a file that it can't create, and leaves none behind for an account that doesn't exist", async () => {
    const { id, phone } = await activeUser(cli.context);
    const existing = join(cli.folder, "existing.json");
    await writeFile(existing, "kept");
    const refused = await run(phone, "--output", existing);
    expect(refused).to.deep.include({ code: 2, out: "" });
    expect(refused.error).to.include(`It exists already: ${existing}`);
    expect(await readFile(existing, "utf8")).to.equal("kept");
    const elsewhere = await run(phone, "--output", join(cli.folder, "no folder", "export.json"));
    expect(elsewhere.error).to.include("It can't be created (ENOENT)");
    expect(await laterActsOf(cli.context.app, id)).to.deep.equal([]);

    const unknown = join(cli.folder, "unknown.json");
    expect(await run(newPhone(), "--output", unknown)).to.include({ code: 2, out: "" });
    expect(await stat(unknown).catch(() => null)).to.equal(null);
  });

  it("needs a reason", async () => {
    const { phone } = await activeUser(cli.context);
    expect((await cli.run(["user", "export", phone])).error).to.include("--reason");
    expect((await cli.run(["user", "export", phone, "--reason", " "])).error).to.include("must not be empty");
  });
});
