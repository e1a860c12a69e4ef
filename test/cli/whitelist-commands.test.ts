import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect } from "chai";
import { setRights } from "../../src/accounts/set-rights.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { activeUser, newPhone, useTestContext } from "../support/test-context.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
// The command runs in a folder without a .env file, from where tsx is not found by its name.
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

interface Ended {
  code: number | null;
  out: string;
  error: string;
}

describe("command line", function () {
  this.timeout(60_000);
  const context = useTestContext();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waterbill-cli-"));
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs a command without a terminal, as a script does. */
  async function run(args: readonly string[], input = ""): Promise<Ended> {
    const child = spawn(process.execPath, ["--import", tsx, join(root, "src/cli.ts"), ...args], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        // tsx compiles for it in another way than for the tests, and merged the two reports mean nothing.
        NODE_V8_COVERAGE: "",
        NODE_ENV: "test",
        DATABASE_URL: context.testDatabase.url,
        DATA_DIR: folder,
      },
    });
    const ended: Ended = { code: null, out: "", error: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      ended.out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      ended.error += text;
    });
    child.stdin.end(input);
    [ended.code] = (await once(child, "close")) as [number | null];
    return ended;
  }

  it("imports a file, says what became of it, and takes its own export again", async () => {
    const [one, two] = [newPhone(), newPhone()];
    const file = join(folder, "numbers.csv");
    await writeFile(file, `phone;notes\n${one};Client VIP\n${two};=1+1\n12;x\n`);
    const first = await run(["whitelist", "import", file]);
    expect(first.out).to.equal(
      "line 4\t12\tThe phone number must have between 9 and 15 digits.\n" +
        "2 added, 0 reactivated, 0 unchanged, 1 refused, 0 not applied\n",
    );
    expect(first).to.include({ code: 1, error: "" });
    const exported = await run(["whitelist", "export", "--order", "phone"]);
    const again = await run(["whitelist", "import", "-", "--json"], exported.out);
    expect(JSON.parse(again.out)).to.include({ unchanged_count: 2, total_count: 2 });
    expect(again.code).to.equal(0);
  });

  it("removes a number without a terminal to ask, and tells its history", async () => {
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "Client VIP", isActive: true, actor: null });
    expect(await run(["whitelist", "remove", phone])).to.include({ code: 0, out: `${phone} removed\n` });
    const history = await run(["whitelist", "history", phone]);
    expect(history.out.split("\n").map((line) => line.split("\t").slice(1, 3).join(" "))).to.deep.equal([
      "remove command line",
      "add command line",
      "",
    ]);
    const gone = await run(["whitelist", "deactivate", phone]);
    expect(gone).to.include({ code: 2, error: "Number not found on the whitelist.\n" });
  });

  it("finds accounts, and changes their rights, but not the last superuser's", async () => {
    const { phone } = await activeUser(context);
    await setRights(context.app, { phone, rights: () => ({ isStaff: true, isSuperuser: true }) });
    const list = await run(["user", "list", "--staff", "--search", "john", "--json"]);
    expect(JSON.parse(list.out)).to.include({ phone, full_name: "John Doe", is_superuser: true });
    const demoted = await run(["user", "demote", phone]);
    expect(demoted).to.include({ code: 2, error: "The last active superuser must remain one.\n" });
  });
});
