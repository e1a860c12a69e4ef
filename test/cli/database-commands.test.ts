import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { pendingMigrations } from "../../src/db/migrate.js";
import { newPhone, testPassword } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

describe("migrate", () => {
  const cli = useCli();

  async function dropTables(): Promise<void> {
    const { database } = cli.context.testDatabase;
    await database.sequelize.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  }

  it("prints the migrations that it applies, and none the next time", async () => {
    await dropTables();
    const first = await cli.run(["migrate"]);
    expect(first).to.include({ code: 0, error: "" });
    expect(first.out).to.match(/^applied 0001-identity(, \d{4}-[a-z-]+)*\n$/);
    expect(await cli.run(["migrate"])).to.deep.equal({ code: 0, out: "nothing to do\n", error: "" });
  });

  it("prints the names of the migrations as JSON, and an empty list if there are none", async () => {
    await dropTables();
    const names = await pendingMigrations(cli.context.testDatabase.database);
    const first = await cli.run(["migrate", "--json"]);
    expect(JSON.parse(first.out)).to.deep.equal({ applied: names });
    expect(JSON.parse((await cli.run(["--json", "migrate"])).out)).to.deep.equal({ applied: [] });
  });

  it("needs only DATABASE_URL in production", async () => {
    await dropTables();
    const environment = { NODE_ENV: "production" };
    expect(await cli.run(["migrate"], { environment })).to.include({ code: 0, error: "" });
    const nothing = await cli.run(["migrate"], { environment: { ...environment, DATABASE_URL: "" } });
    expect(nothing).to.deep.equal({
      code: 2,
      out: "",
      error: "The configuration is invalid:\n  DATABASE_URL: is required in production\n",
    });
  });

  for (const NODE_ENV of ["development", "production"]) {
    it(`is asked for by other commands in ${NODE_ENV}, which change nothing`, async () => {
      await dropTables();
      const { database } = cli.context.testDatabase;
      const pending = await pendingMigrations(database);
      for (const command of [
        ["whitelist", "list"],
        ["whitelist", "add", newPhone()],
        ["user", "list"],
      ]) {
        const result = await cli.run(command, { environment: { NODE_ENV } });
        expect(result).to.include({ code: 2, out: "" });
        expect(result.error).to.equal(
          `The database is missing migrations (${pending.join(", ")}): run \`npm run migrate\`, or \`node dist/cli.js migrate\` in an image, first.\n`,
        );
      }
      expect(await pendingMigrations(database)).to.deep.equal(pending);
    });

    it(`is included in create-superuser in ${NODE_ENV}`, async () => {
      await dropTables();
      const AUDIT_SECRET = randomBytes(32).toString("base64");
      const environment = { NODE_ENV, AUDIT_SECRET, WATERBILL_PASSWORD: testPassword };
      const names = ["--first-name", "Ada", "--last-name", "Lovelace"];
      const created = await cli.run(["create-superuser", "--phone", newPhone(), ...names], { environment });
      expect(created).to.include({ code: 0, error: "" });
      expect(await pendingMigrations(cli.context.testDatabase.database)).to.deep.equal([]);
    });
  }
});
