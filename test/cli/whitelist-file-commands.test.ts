import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { newPhone } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

describe("whitelist import and export", () => {
  const cli = useCli();
  const find = (phone: string) => cli.context.app.whitelist.find(null, phone);
  const tooShort = "line 4\t12\tThe phone number must have between 9 and 15 digits.\n";

  async function fileOf(content: string | Buffer): Promise<string> {
    const file = join(cli.folder, "numbers.csv");
    await writeFile(file, content);
    return file;
  }

  it("report each refused line of a file, and import an export again", async () => {
    const [one, two] = [newPhone(), newPhone()];
    const file = await fileOf(`phone;notes\n${one};Client VIP\n${two};=1+1\n12;x\n`);
    const first = await cli.run(["whitelist", "import", file]);
    expect(first).to.deep.equal({
      code: 1,
      out: `${tooShort}2 added, 0 reactivated, 0 unchanged, 1 refused, 0 not applied\n`,
      error: "",
    });
    const exported = await cli.run(["whitelist", "export", "--order", "phone"]);
    expect(exported.code).to.equal(0);
    const again = await cli.run(["whitelist", "import", "-", "--json"], { input: exported.out });
    expect(JSON.parse(again.out)).to.include({ unchanged_count: 2, total_count: 2 });
    expect(again.code).to.equal(0);
  });

  it("change nothing in a dry run, or with --all-or-nothing and a refused line", async () => {
    const phone = newPhone();
    const file = await fileOf(`phone;notes\n${phone};a\n\n12;x\n`);
    const dry = await cli.run(["whitelist", "import", file, "--dry-run"]);
    expect(dry).to.include({
      code: 1,
      out: `${tooShort}1 added, 0 reactivated, 0 unchanged, 1 refused, 0 not applied\n`,
    });
    const all = await cli.run(["whitelist", "import", file, "--all-or-nothing"]);
    expect(all).to.include({
      code: 1,
      out: `${tooShort}0 added, 0 reactivated, 0 unchanged, 1 refused, 1 not applied\n`,
    });
    expect(await find(phone)).to.equal(null);
  });

  it("print at most 10000 refused lines", async () => {
    const file = await fileOf("1\n".repeat(10_003));
    const { code, out } = await cli.run(["whitelist", "import", file, "--dry-run"]);
    expect(code).to.equal(1);
    expect(out.split("\n").slice(-3, -1)).to.deep.equal([
      "and 3 more refused lines",
      "0 added, 0 reactivated, 0 unchanged, 10003 refused, 0 not applied",
    ]);
  });

  it("show a progress bar on a terminal while a file is read", async () => {
    const file = await fileOf(`${newPhone()}\n`);
    const { code, out, error } = await cli.run(["whitelist", "import", file], { terminal: [] });
    expect({ code, out }).to.deep.equal({
      code: 0,
      out: "1 added, 0 reactivated, 0 unchanged, 0 refused, 0 not applied\n",
    });
    expect(error).to.include("0%");
  });

  it("exit with 2 on a folder and on a file that does not exist", async () => {
    for (const file of [join(cli.folder, "nothing.csv"), cli.folder]) {
      const result = await cli.run(["whitelist", "import", file]);
      expect(result).to.deep.equal({ code: 2, out: "", error: `There is no file ${file}.\n` });
    }
  });

  it("export as JSON what list prints as JSON", async () => {
    await cli.run(["whitelist", "add", newPhone()]);
    const exported = await cli.run(["whitelist", "export", "--json", "--active"]);
    expect(exported.out).to.equal((await cli.run(["whitelist", "list", "--json", "--active"])).out);
    expect(JSON.parse(exported.out.split("\n")[0] ?? "")).to.include({ is_active: true });
  });

  it("export with another delimiter and without a byte order mark, in a file that import reads", async () => {
    const phone = newPhone();
    await cli.run(["whitelist", "add", phone, "Dupont;=1+1"]);
    const command = ["whitelist", "export", "--search", phone.slice(1), "--no-bom", "--delimiter"];
    for (const delimiter of [";", "\t"]) {
      const { code, out } = await cli.run([...command, delimiter]);
      const record = [`'${phone}`, `"Dupont;'=1+1"`, "true"].join(delimiter);
      expect({ code, out }).to.deep.equal({
        code: 0,
        out: `${["phone", "notes", "is_active"].join(delimiter)}\r\n${record}\r\n`,
      });
      const again = await cli.run(["whitelist", "import", "-"], { input: out });
      expect(again.out).to.include("1 unchanged");
    }
    expect(await cli.run([...command, "|"])).to.deep.equal({
      code: 2,
      out: "",
      error: "delimiter: Unknown delimiter. Possible delimiters: comma, semicolon or tab.\n",
    });
  });

  it("refuse a workbook with advice", async () => {
    for (const start of ["PK\u0003\u0004\u0014\0", Buffer.from("d0cf11e0a1b11ae1", "hex")]) {
      const file = await fileOf(start);
      expect(await cli.run(["whitelist", "import", file])).to.deep.equal({
        code: 2,
        out: "",
        error:
          "csv: This file is a spreadsheet workbook (Excel, LibreOffice), not a CSV file. " +
          "Save it as CSV, and import the CSV file.\n",
      });
    }
  });

  it("export only a header when nothing is selected, and nothing when the selection is refused", async () => {
    const none = await cli.run(["whitelist", "export", "--search", "nowhere"]);
    expect(none).to.include({ code: 0, out: "\ufeffphone,notes,is_active\r\n" });
    const refused = await cli.run(["whitelist", "export", "--order", "notes"]);
    expect(refused).to.include({ code: 2, out: "" });
  });
});
