import { PassThrough, Writable } from "node:stream";
import { expect } from "chai";
import { seed } from "../../bench/seed-database.js";
import { login } from "../../src/auth/login.js";
import { UsageError } from "../../src/startup-error.js";
import { recordSecret } from "../support/log.js";
import { rejection } from "../support/rejection.js";
import { useTestContext } from "../support/test-context.js";

describe("sample accounts", () => {
  const context = useTestContext();

  async function run(environment: Record<string, string> = {}): Promise<string> {
    let output = "";
    const stdout = new Writable({
      write(chunk, _, done) {
        output += String(chunk);
        done();
      },
    });
    const variables = {
      NODE_ENV: "development",
      DATABASE_URL: context.testDatabase.url,
      TOKEN_SECRET: "t".repeat(43),
      CODE_SECRET: "c".repeat(43),
      ...environment,
    };
    await seed(variables, { stdin: new PassThrough(), stdout, stderr: stdout });
    return output;
  }

  async function counts(): Promise<object> {
    const text = `SELECT count(*)::int AS accounts, count(*) FILTER (WHERE is_active)::int AS active,
      count(*) FILTER (WHERE is_staff)::int AS staff, count(*) FILTER (WHERE is_superuser)::int AS superusers,
      (SELECT count(*)::int FROM registrations) AS registrations,
      (SELECT count(*)::int FROM whitelist_entries) AS numbers FROM users`;
    const [row] = await context.testDatabase.database.run(null, { name: "count_samples", text }, []);
    return row!;
  }

  it("are added once, in every state, with a password that is printed once", async () => {
    const output = await run();
    const password = /password +(\S+)/.exec(output)?.[1] ?? "";
    recordSecret(password);
    const expected = {
      accounts: 1000,
      active: 900,
      staff: 50,
      superusers: 1,
      registrations: 50,
      numbers: 1200,
    };
    expect(await counts()).to.deep.equal(expected);
    const { user } = await login(context.app, { phone: "+237699000000", password });
    expect(user).to.include({ isStaff: true, isSuperuser: true });

    expect(await run()).to.equal("The sample accounts exist already.\n");
    expect(await counts()).to.deep.equal(expected);
  });

  it("are refused outside development", async () => {
    const before = await counts();
    const error = await rejection(run({ NODE_ENV: "test" }));
    expect(error).to.be.instanceOf(UsageError);
    expect(await counts()).to.deep.equal(before);
  });
});
