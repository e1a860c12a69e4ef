import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect } from "chai";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { freePort } from "../support/server-process.js";
import { activeUser, newPhone } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

/** A standard output whose first write fails. */
function failingStream(code: string): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(`write ${code}`), { code }));
    },
  });
}

describe("command line", () => {
  const cli = useCli();

  it("lists its commands on the standard output when asked for help, and exits with 0", async () => {
    const help = await cli.run(["--help"]);
    expect(help).to.include({ code: 0, error: "" });
    for (const command of ["migrate", "create-superuser", "user", "whitelist", "audit", "sms"]) {
      expect(help.out).to.match(new RegExp(`^  ${command} `, "m"));
    }
    const whitelist = await cli.run(["whitelist", "--help"]);
    expect(whitelist).to.include({ code: 0, error: "" });
    expect(whitelist.out).to.match(/^ {2}import \[options\] <file> /m);
  });

  for (const [what, args, message] of [
    ["an unknown command", ["wash"], "unknown command 'wash'"],
    ["an unknown command of a group", ["whitelist", "wash"], "unknown command 'wash'"],
    ["a missing argument", ["whitelist", "check"], "missing required argument 'phone'"],
    ["an unknown option", ["user", "list", "--all"], "unknown option '--all'"],
    ["a missing option", ["create-superuser"], "required option '--phone <phone>' not specified"],
    ["no command", [], "Usage: waterbill"],
    ["a group without a command", ["user"], "Usage: waterbill user"],
  ] as const) {
    it(`exits with 2 on ${what}`, async () => {
      const result = await cli.run(args);
      expect(result).to.include({ code: 2, out: "" });
      expect(result.error).to.include(message);
    });
  }

  it("prints its name and the version of package.json", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8"));
    const printed = await cli.run(["--version"]);
    expect(printed).to.deep.equal({ code: 0, out: `waterbill ${version}\n`, error: "" });
  });

  it("prints the help of a command in every way that one asks for it", async () => {
    const help = await cli.run(["whitelist", "import", "--help"]);
    expect(help.out).to.match(/^Usage: waterbill whitelist import \[options\] <file>\n/);
    expect(help.out).to.match(/^ {2}--json /m);
    expect(await cli.run(["help", "whitelist", "import"])).to.deep.equal(help);
    expect(await cli.run(["whitelist", "help", "import"])).to.deep.equal(help);
    expect(await cli.run(["help", "whitelist"])).to.deep.equal(await cli.run(["whitelist", "--help"]));
    expect(await cli.run(["help"])).to.deep.equal(await cli.run(["--help"]));
    const unknown = await cli.run(["help", "whitelist", "wash"]);
    expect(unknown).to.deep.equal({ code: 2, out: "", error: "unknown command 'wash'\n" });
  });

  it("prints an error as one line of JSON with the reason", async () => {
    const message = "The phone number must have between 9 and 15 digits.";
    for (const [args, failure] of [
      [["whitelist", "check", "12"], { message, data: { phone: [message] }, reason: "PHONE_LENGTH" }],
      [
        ["user", "show", newPhone()],
        { message: "No account has this phone number.", reason: "ACCOUNT_NOT_FOUND" },
      ],
      [["whitelist", "check"], { message: "missing required argument 'phone'", reason: null }],
      [["whitelist", "import", "nothing.csv"], { message: "There is no file nothing.csv.", reason: null }],
    ] as const) {
      const { code, out, error } = await cli.run([...args, "--json"]);
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(error).to.match(/^[^\n]*\n$/);
      expect(JSON.parse(error)).to.deep.equal({ status: "error", data: {}, ...failure });
    }
    const environment = { DATABASE_URL: `postgres://waterbill@127.0.0.1:${await freePort()}/postgres` };
    const unreachable = await cli.run(["--json", "whitelist", "list"], { environment });
    expect(JSON.parse(unreachable.error)).to.include({ status: "error", reason: "OVERLOADED" });
  });

  it("needs neither secrets nor Redis nor an SMS gateway in production, and leaves no key file behind", async () => {
    const environment = { NODE_ENV: "production" };
    const phone = newPhone();
    for (const command of [
      ["whitelist", "add", phone],
      ["whitelist", "list", "--search", phone],
      ["user", "list"],
    ]) {
      expect(await cli.run(command, { environment })).to.include({ code: 0, error: "" });
    }
    expect(await readdir(cli.folder)).not.to.include("keys.json");
  });

  it("needs the secret of the account history in production to change an account, and leaves no key file behind", async () => {
    const { phone } = await activeUser(cli.context);
    const command = ["user", "promote", phone];
    const environment = { NODE_ENV: "production", AUDIT_SECRET: "" };
    const refused = await cli.run(command, { environment });
    expect(refused).to.include({ code: 2, out: "" });
    expect(refused.error).to.match(
      /^The configuration is invalid:\n {2}AUDIT_SECRET: is required in production .*\n$/,
    );
    expect((await cli.context.app.users.findByPhone(null, phone))?.user.isStaff).to.equal(false);
    const secret = randomBytes(32).toString("base64");
    for (const name of ["AUDIT_SECRET", "CODE_SECRET"]) {
      const result = await cli.run(command, { environment: { ...environment, [name]: secret } });
      expect(result, name).to.include({ code: 0, error: "" });
    }
    expect(await readdir(cli.folder)).not.to.include("keys.json");
  });

  it("exits with 2 and the field's message on an invalid phone number", async () => {
    const result = await cli.run(["whitelist", "check", "12"]);
    const message = "The phone number must have between 9 and 15 digits.";
    expect(result).to.deep.equal({ code: 2, out: "", error: `phone: ${message}\n` });
  });

  it("exits with 2 on an invalid configuration and names every error", async () => {
    const { code, error } = await cli.run(["migrate"], { environment: { PORT: "x", LOG_LEVEL: "loud" } });
    expect(code).to.equal(2);
    expect(error).to.match(/^The configuration is invalid:\n {2}PORT: .*\n {2}LOG_LEVEL: .*\n$/);
  });

  it("exits with 2 and one sentence when the database is unreachable", async () => {
    const environment = { DATABASE_URL: `postgres://waterbill@127.0.0.1:${await freePort()}/postgres` };
    const { code, error } = await cli.run(["whitelist", "list"], { environment });
    expect(code).to.equal(2);
    expect(error).to.equal(
      "The database is unreachable: check DATABASE_URL, and that PostgreSQL is running.\n",
    );
  });

  it("exits with 2 and a stack trace on an unexpected error", async () => {
    const url = new URL(cli.context.testDatabase.url);
    url.searchParams.set("options", "-c search_path=nowhere");
    const { code, error } = await cli.run(["migrate"], { environment: { DATABASE_URL: url.href } });
    expect(code).to.equal(2);
    expect(error)
      .to.match(/^QueryError \(3F000\): /)
      .and.match(/^ {4}at /m);
  });

  it("exits with 0 when the reader of its output stops early", async () => {
    await addEntry(cli.context.app, { phone: newPhone(), notes: "", isActive: true, actor: null });
    const list = ["whitelist", "list"];
    expect(await cli.run(list, { stdout: failingStream("EPIPE") })).to.include({ code: 0, error: "" });
    const full = await cli.run(list, { stdout: failingStream("ENOSPC") });
    expect(full.code).to.equal(2);
    expect(full.error).to.include("Error (ENOSPC)");
  });

  it("runs as a process, with the variables of a .env file", async () => {
    const phone = newPhone();
    await writeFile(
      join(cli.folder, ".env"),
      `DATABASE_URL=${cli.context.testDatabase.url}\nDATA_DIR=${cli.folder}\n`,
    );
    const program = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
    // Node does not find tsx by its name from another folder.
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    const child = spawn(process.execPath, ["--import", tsx, program, "whitelist", "check", phone], {
      cwd: cli.folder,
      // tsx compiles a program differently from the tests, so a merged coverage report would be wrong.
      env: { PATH: process.env.PATH, NODE_V8_COVERAGE: "" },
    });
    const [out, error, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    expect({ code, out, error }).to.deep.equal({ code: 1, out: `${phone} may not register\n`, error: "" });
  });
});
