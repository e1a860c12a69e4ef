import { expect } from "chai";
import { useCli } from "./use-cli.js";

describe("migrate", () => {
  const cli = useCli();

  it("prints the migrations that it applies, and none the next time", async () => {
    const { database, schema } = cli.context.testDatabase;
    await database.sequelize.query(`DROP SCHEMA ${schema} CASCADE; CREATE SCHEMA ${schema}`);
    const first = await cli.run(["migrate"]);
    expect(first).to.include({ code: 0, error: "" });
    expect(first.out).to.match(/^applied 0001-identity(, \d{4}-[a-z-]+)*\n$/);
    expect(await cli.run(["migrate"])).to.deep.equal({ code: 0, out: "nothing to do\n", error: "" });
  });
});
