import { randomBytes, randomUUID } from "node:crypto";
import { Writable } from "node:stream";
import { expect } from "chai";
import { listAccountSessions } from "../../src/accounts/account-sessions.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { updateProfile } from "../../src/profile/update-profile.js";
import type { User } from "../../src/users/user.js";
import { activeUser, newPhone, signedIn, testKeys } from "../support/test-context.js";
import { useCli } from "./use-cli.js";

describe("history commands", () => {
  const cli = useCli();
  const at = "2026-03-01T12:00:00.000Z";
  const sql = <Row extends object>(text: string) =>
    cli.context.testDatabase.database.run<Row>(null, { name: "test_history", text, isAdHoc: true }, []);

  /** Runs a command on an account's history, and returns its lines without those of the registration. */
  async function history(...args: string[]): Promise<string[]> {
    const { code, out, error } = await cli.run(["user", "history", ...args]);
    expect({ code, error }).to.deep.equal({ code: 0, error: "" });
    const lines = out.split("\n").slice(0, -1);
    return lines.filter((line) => !/(\t|"ACCOUNT_ACTION_)(registered|activated)(\t|")/i.test(line));
  }
  const columns = (lines: string[]) => lines.map((line) => line.split("\t").slice(1));

  /** An account that an administrator has deactivated, and the command line reactivated and promoted. */
  async function changedAccount(): Promise<{ user: User; admin: User }> {
    const { user } = await signedIn(cli.context);
    const admin = await activeUser(cli.context);
    await sql(`UPDATE users SET is_staff = true WHERE id = ${admin.id}`);
    const actor = { kind: "administrator", id: admin.id } as const;
    await setAccountActive(cli.context.app, { phone: user.phone, isActive: false, actor });
    await cli.run(["user", "activate", user.phone]);
    await cli.run(["user", "promote", user.phone]);
    return { user, admin };
  }

  describe("user history", () => {
    it("prints the acts on an account, oldest first, with who acted", async () => {
      const { user, admin } = await changedAccount();
      const lines = await history(user.phone);
      const actor = `administrator ${admin.id} John Doe ${admin.phone}`;
      const [first, ...others] = columns(lines);
      expect(first).to.deep.equal([at, "deactivated", actor, "-", "-", "-", "-", "1", "-"]);
      expect(others.map(([, ...rest]) => rest)).to.deep.equal([
        ["reactivated", "command line", "-", "-", "-", "-", "-", "-"],
        ["role_changed", "command line", "role", "CUSTOMER", "STAFF", "-", "-", "-"],
      ]);
      const numbers = lines.map((line) => Number(line.split("\t")[0]));
      expect(numbers).to.deep.equal(numbers.map((_, index) => numbers[0]! + index));
    });

    it("prints the acts without the reads of administrators", async () => {
      const { user, admin } = await changedAccount();
      const reader = { user: admin, sessionId: randomUUID() };
      await listAccountSessions(cli.context.app, { phone: user.phone, reader });
      const actions = async (...options: string[]) =>
        columns(await history(user.phone, ...options)).map(([, action]) => action);
      const others = ["deactivated", "reactivated", "role_changed"];
      expect(await actions()).to.deep.equal([...others, "viewed"]);
      expect(await actions("--omit-views")).to.deep.equal(others);
    });

    it("prints one JSON object for each act, as ListAccountHistory returns it", async () => {
      const { user, admin } = await changedAccount();
      const acts = (await history(user.phone, "--json")).map((line) => JSON.parse(line));
      const none = {
        before: {},
        after: {},
        reason: null,
        fields: [],
        session_id: null,
        session_count: null,
      };
      expect(acts[0]).to.deep.equal({
        ...none,
        number: acts[0].number,
        at: "2026-03-01T12:00:00Z",
        action: "ACCOUNT_ACTION_DEACTIVATED",
        actor: {
          kind: "ACCOUNT_ACTOR_KIND_ADMINISTRATOR",
          id: admin.id,
          display_name: "John Doe",
          phone: admin.phone,
        },
        session_count: 1,
      });
      expect(acts[2]).to.deep.equal({
        ...none,
        number: acts[0].number + 2,
        at: acts[2].at,
        action: "ACCOUNT_ACTION_ROLE_CHANGED",
        actor: { kind: "ACCOUNT_ACTOR_KIND_COMMAND_LINE", id: null, display_name: null, phone: null },
        before: { role: "CUSTOMER" },
        after: { role: "STAFF" },
        fields: ["role"],
      });
    });

    it("finds an account that is gone by its id, and keeps an administrator who is gone", async () => {
      const { user, admin } = await changedAccount();
      await sql(`DELETE FROM users WHERE id IN (${user.id}, ${admin.id})`);
      const [first] = columns(await history("--id", String(user.id)));
      expect(first?.[2]).to.equal(`administrator ${admin.id}`);
      expect(await history("--id", "999999999")).to.deep.equal([]);
      const gone = await cli.run(["user", "history", user.phone]);
      expect(gone).to.deep.equal({ code: 2, out: "", error: "No account has this phone number.\n" });
    });

    it("prints names of fields, and no value, of a changed profile", async () => {
      const { id: userId, phone } = await activeUser(cli.context);
      const values = {
        first_name: "Ada",
        last_name: "",
        email: "ada@example.com",
        address: null,
        apartment_name: null,
      };
      await updateProfile(cli.context.app, { userId, fields: ["first_name", "email"], values });
      expect(columns(await history(phone))).to.deep.equal([
        [at, "profile_changed", "owner", "first_name,email", "-", "-", "-", "-", "-"],
      ]);
    });

    it("needs either a number or an id", async () => {
      for (const args of [[], [newPhone(), "--id", "1"]]) {
        const result = await cli.run(["user", "history", ...args]);
        expect(result).to.deep.equal({ code: 2, out: "", error: "Give either a phone number or --id.\n" });
      }
      for (const id of ["0", "x", "+237670000001", "1e3"]) {
        const result = await cli.run(["user", "history", "--id", id]);
        expect(result).to.include({ code: 2, out: "" });
        expect(result.error).to.include("It must be the id of an account.");
      }
    });

    it("needs no secret in production", async () => {
      const { phone } = await activeUser(cli.context);
      const environment = { NODE_ENV: "production", AUDIT_SECRET: "" };
      expect(await cli.run(["user", "history", phone], { environment })).to.include({ code: 0, error: "" });
    });
  });

  describe("audit verify", () => {
    beforeEach(() => sql("TRUNCATE account_history, account_history_values, account_history_heads"));

    const verify = (...args: string[]) => cli.run(["audit", "verify", ...args]);
    /** Runs SQL, `$` being the account's id, and returns the problems that are found. */
    async function problemsAfter({ id, phone }: User, text: string): Promise<string[]> {
      await sql(text.replaceAll("$", String(id)));
      const all = await verify();
      expect(all).to.include({ code: 1, error: "" });
      const lines = all.out.split("\n").slice(0, -2);
      const one = await verify("--account", phone);
      expect(one.code).to.equal(1);
      expect(one.out.split("\n").slice(0, -2)).to.deep.equal(lines);
      return lines.map((line) => line.replace(`${id}\t`, ""));
    }
    /** An account with five acts and one whose history is right. */
    async function fiveActs(): Promise<User> {
      const user = await activeUser(cli.context);
      await sql(`DELETE FROM account_history WHERE account_id = ${user.id}`);
      await sql(`DELETE FROM account_history_heads WHERE account_id = ${user.id}`);
      for (const command of ["deactivate", "activate", "promote", "demote", "promote"]) {
        await cli.run(["user", command, user.phone]);
      }
      await changedAccount();
      return user;
    }

    it("exits with 0 when nothing was changed, for all accounts and for one", async () => {
      const { phone } = await fiveActs();
      const all = await verify();
      expect(all).to.include({ code: 0, error: "" });
      expect(all.out).to.match(/^acts \d+, accounts \d+, problems 0\n$/);
      const one = { code: 0, out: "acts 5, accounts 1, problems 0\n", error: "" };
      expect(await verify("--account", phone)).to.deep.equal(one);
      const json = await verify("--account", phone, "--json");
      expect(JSON.parse(json.out)).to.deep.equal({ act_count: 5, account_count: 1, problem_count: 0 });
    });

    const OWN = "account_id = $ AND number";
    for (const [change, text, problems] of [
      [
        "a row was changed",
        `UPDATE account_history SET actor_kind = 'owner' WHERE ${OWN} = 2`,
        ["2\twas changed"],
      ],
      [
        "the time of a row was changed by a microsecond",
        `UPDATE account_history SET at = at + interval '1 microsecond' WHERE ${OWN} = 2`,
        ["2\twas changed"],
      ],
      [
        "a row has a time that no clock shows",
        `UPDATE account_history SET at = 'infinity' WHERE ${OWN} = 2`,
        ["2\twas changed"],
      ],
      ["a row was removed in the middle", `DELETE FROM account_history WHERE ${OWN} = 3`, ["3\tis missing"]],
      ["rows were removed at the end", `DELETE FROM account_history WHERE ${OWN} > 3`, ["4-5\tis missing"]],
      [
        "rows were removed at the end, and the end set back",
        `WITH removed AS (DELETE FROM account_history WHERE ${OWN} > 3)
         UPDATE account_history_heads SET number = 3,
           mac = (SELECT mac FROM account_history WHERE ${OWN} = 3) WHERE account_id = $`,
        ["3\tis the last one, but the end of the history was changed"],
      ],
      ["every row was removed", "DELETE FROM account_history WHERE account_id = $", ["1-5\tis missing"]],
      [
        "the end was removed",
        "DELETE FROM account_history_heads WHERE account_id = $",
        ["5\tis the last one, but the end of the history is gone"],
      ],
      [
        "a row was inserted",
        `INSERT INTO account_history SELECT account_id, 6, at, action, actor_kind, actor_id, session_id,
           session_count, fields, before_digest, after_digest, reason_digest, key_id, mac
         FROM account_history WHERE ${OWN} = 5`,
        ["6\twas changed", "6\tdoes not belong to the history"],
      ],
      [
        "values were changed",
        `UPDATE account_history_values SET after = '{"role": "SUPERUSER"}' WHERE ${OWN} = 3`,
        ["3\thas other values than were recorded"],
      ],
      [
        "values were swapped",
        `UPDATE account_history_values SET number = CASE number WHEN 3 THEN 104 ELSE 103 END WHERE ${OWN} IN (3, 4);
         UPDATE account_history_values SET number = number - 100 WHERE ${OWN} > 100`,
        ["3\thas other values than were recorded", "4\thas other values than were recorded"],
      ],
      [
        "values were deleted in part",
        `UPDATE account_history_values SET before = NULL WHERE ${OWN} = 3`,
        ["3\thas other values than were recorded"],
      ],
    ] as const) {
      it(`exits with 1 and says that ${change}`, async () => {
        expect(await problemsAfter(await fiveActs(), text)).to.deep.equal(problems);
      });
    }

    it("prints a problem as JSON", async () => {
      const { id } = await fiveActs();
      await sql(`DELETE FROM account_history WHERE account_id = ${id} AND number IN (2, 3)`);
      const [problem, counts] = (await verify("--json")).out.split("\n");
      expect(JSON.parse(problem!)).to.deep.equal({
        account_id: id,
        number: 2,
        last_number: 3,
        problem: "missing",
      });
      expect(JSON.parse(counts!)).to.include({ problem_count: 1 });
    });

    it("accepts deleted values", async () => {
      await fiveActs();
      await sql("DELETE FROM account_history_values");
      expect(await verify()).to.include({ code: 0, error: "" });
    });

    it("says which rows are sealed with another key, and verifies them when it is added", async () => {
      const { id, phone } = await fiveActs();
      const AUDIT_SECRET = randomBytes(32).toString("base64");
      await cli.run(["user", "demote", phone], { environment: { AUDIT_SECRET } });
      const message = `${id}\t6\tis sealed with another key, and can't be verified\n`;
      const found = await verify("--account", phone);
      expect(found).to.deep.equal({ code: 1, out: `${message}acts 6, accounts 1, problems 1\n`, error: "" });
      const both = { AUDIT_SECRET: `${AUDIT_SECRET},${testKeys.audit[0]}` };
      expect(await cli.run(["audit", "verify"], { environment: both })).to.include({ code: 0 });
    });

    it("verifies what a former CODE_SECRET has sealed, once that is added to AUDIT_SECRET", async () => {
      const { phone } = await activeUser(cli.context);
      await sql("TRUNCATE account_history, account_history_heads");
      const [code, newCode] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
      const promoted = { AUDIT_SECRET: "", CODE_SECRET: code };
      expect(await cli.run(["user", "promote", phone], { environment: promoted })).to.include({ code: 0 });
      for (const [environment, code] of [
        [promoted, 0],
        [{ AUDIT_SECRET: "x".repeat(43), CODE_SECRET: promoted.CODE_SECRET }, 0],
        [{ AUDIT_SECRET: "", CODE_SECRET: newCode }, 1],
        [{ AUDIT_SECRET: promoted.CODE_SECRET, CODE_SECRET: newCode }, 0],
        [{ AUDIT_SECRET: `${"x".repeat(43)},${promoted.CODE_SECRET}`, CODE_SECRET: newCode }, 0],
      ] as const) {
        expect(await cli.run(["audit", "verify"], { environment }), JSON.stringify(environment)).to.include({
          code,
        });
      }
    });

    it("reads any number of acts in batches", async () => {
      const { app } = cli.context;
      const act = { at: new Date(0), actor: COMMAND_LINE, action: "reactivated" } as const;
      const accounts = [2_000_001, 2_000_002, 2_000_003];
      await app.database.transaction(async (tx) => {
        for (const accountId of accounts) {
          const one = { ...act, accountId };
          await app.record(tx, one, ...Array.from({ length: 999 }, () => one));
        }
        for (let accountId = 2_000_004; accountId <= 2_000_050; accountId += 1) {
          await app.record(tx, { ...act, accountId });
        }
      });
      expect((await verify()).out).to.equal("acts 3047, accounts 50, problems 0\n");
      await sql(`DELETE FROM account_history WHERE account_id = 2000001 AND number = 1000;
        DELETE FROM account_history WHERE account_id = 2000003 AND number < 3`);
      expect((await verify()).out).to.equal(
        "2000001\t1000\tis missing\n2000003\t1-2\tis missing\nacts 3044, accounts 50, problems 2\n",
      );
    });

    it("exits with 1 when the reader of its output stops before the end", async () => {
      await fiveActs();
      const stdout = new Writable({
        write: (_chunk, _encoding, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
      });
      await sql("DELETE FROM account_history WHERE number = 2");
      const result = await cli.run(["audit", "verify"], { stdout });
      expect(result).to.deep.equal({ code: 1, out: "", error: "" });
    });

    it("refuses a number without an account", async () => {
      const result = await verify("--account", newPhone());
      expect(result).to.deep.equal({ code: 2, out: "", error: "No account has this phone number.\n" });
    });
  });
});
