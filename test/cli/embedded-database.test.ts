import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Database } from "../../src/db/database.js";
import { openEmbeddedDatabase } from "../../src/db/embedded/embedded-database.js";
import { newPhone, testPassword } from "../support/test-context.js";
import { type CliResult, useCli } from "./use-cli.js";

describe("command line without DATABASE_URL", function () {
  this.timeout(60_000);
  const cli = useCli();
  const environmentOf = (name: string) => ({
    DATABASE_URL: "",
    DATA_DIR: join(cli.folder, name),
    WATERBILL_PASSWORD: testPassword,
  });
  const phone = newPhone();
  const createSuperuser = [
    "create-superuser",
    "--phone",
    phone,
    "--first-name",
    "Ada",
    "--last-name",
    "Byron",
  ];

  for (const [what, command] of [
    ["a command on the list", ["whitelist", "list"]],
    ["migrate", ["migrate"]],
    ["create-superuser", createSuperuser],
  ] as const) {
    it(`refuses ${what} if there is no database, and creates nothing`, async () => {
      const environment = environmentOf("absent");
      const refused = await cli.run(command, { environment });
      const sentence =
        `There is no database in ${environment.DATA_DIR}: set DATABASE_URL or DATA_DIR to the server's, ` +
        "or create one with --init.\n";
      expect(refused).to.deep.equal({ code: 2, out: "", error: sentence });
      expect(existsSync(environment.DATA_DIR)).to.equal(false);
    });
  }

  describe("told to create a database", () => {
    const environment = () => environmentOf("created");
    const run = (...args: string[]) => cli.run(args, { environment: environment() });
    let created: CliResult;
    let files: string[];
    let server: Database;
    before(async () => {
      created = await run(...createSuperuser, "--init");
      files = readdirSync(environment().DATA_DIR).sort();
      server = await openEmbeddedDatabase({
        folder: environment().DATA_DIR,
        poolSize: 2,
        onFailure: (error) => {
          throw error;
        },
      });
    });
    after(() => server.close());

    it("creates one with its tables, and the keys that the server will use", () => {
      expect(created).to.deep.equal({ code: 0, out: `${phone} is now a superuser\n`, error: "" });
      expect(files).to.deep.equal(["keys.json", "pg"]);
    });

    it("creates missing tables, before or after the command, but migrates no existing ones", async () => {
      const dropTables = () => server.sequelize.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
      await dropTables();
      expect(await run("whitelist", "list")).to.include({ code: 2, out: "" });
      expect(await run("whitelist", "list", "--init")).to.deep.equal({ code: 0, out: "", error: "" });
      await dropTables();
      expect(await run("--init", "whitelist", "list")).to.deep.equal({ code: 0, out: "", error: "" });
      await server.sequelize.query("DELETE FROM schema_migrations WHERE name <> '0001-identity'");
      const pending = await run("whitelist", "list", "--init");
      expect(pending.code).to.equal(2);
      expect(pending.error).to.match(/^The database is missing migrations \(0002-/);
    });
  });
});
