import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { createSuperuser } from "../../src/accounts/create-superuser.js";
import { eraseAccount } from "../../src/accounts/erase-account.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { login } from "../../src/auth/login.js";
import { logout } from "../../src/auth/logout.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import { confirmPasswordReset, requestPasswordReset } from "../../src/auth/reset-password.js";
import { createContext } from "../../src/context.js";
import type { Database } from "../../src/db/database.js";
import { migrate, requireTables } from "../../src/db/migrate.js";
import { openDatabase } from "../../src/db/open-database.js";
import { deleteExpired } from "../../src/jobs/delete-expired.js";
import { eraseDue } from "../../src/jobs/erase-due.js";
import { forgetActors } from "../../src/jobs/forget-actors.js";
import { confirmAccountDeletion, requestAccountDeletionByPhone } from "../../src/profile/delete-account.js";
import { exportOwnAccount } from "../../src/profile/export-own-account.js";
import { updateProfile } from "../../src/profile/update-profile.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { removeEntry } from "../../src/whitelist/remove-entry.js";
import { testDatabase } from "../support/database.js";
import { testVariable } from "../support/environment.js";
import { useFixture } from "../support/fixture.js";
import { testLogger } from "../support/log.js";
import { rejection } from "../support/rejection.js";
import {
  activeUser,
  caller,
  newPhone,
  signedIn,
  type TestContext,
  testPassword,
  useTestContext,
} from "../support/test-context.js";
import { historyOf, laterActsOf, verified } from "./stored-history.js";

/** The SQL of the page: creating the roles, and what follows each migration. */
const [CREATE_ROLES = "", AFTER_MIGRATION = ""] = [
  ...readFileSync("docs/database-roles.md", "utf8").matchAll(/```sql\n([\s\S]*?)```/g),
].map(([, sql]) => sql);

/** Roles belong to all databases of a server, so each run has its own. */
const suffix = randomBytes(6).toString("hex");
const named = (sql: string) => sql.replace(/waterbill_(owner|app)/g, `waterbill_$1_${suffix}`);

const run = (database: Database, text: string) => database.sequelize.query(named(text));

interface Roles {
  owner: Database;
  app: Database;
}

/** A database whose tables the owner of the page migrated, and connections of both roles. */
async function createRoles(): Promise<Roles & { close(): Promise<void> }> {
  const base = await testDatabase({ migrated: false });
  await run(base.database, CREATE_ROLES);
  const openAs = (role: "owner" | "app") => {
    const url = new URL(base.url);
    url.username = named(`waterbill_${role}`);
    url.password = `${role}-password`;
    return openDatabase({ url: url.href, poolSize: 4, statementTimeoutMs: 60_000, connectTimeoutMs: 60_000 });
  };
  const [owner, app] = [openAs("owner"), openAs("app")];
  await migrate(owner, testLogger());
  await run(owner, AFTER_MIGRATION);
  return {
    owner,
    app,
    async close() {
      await Promise.all([owner.close(), app.close()]);
      await base.drop();
      const server = openDatabase({ url: testVariable("TEST_DATABASE_URL"), poolSize: 1 });
      await run(server, "DROP ROLE waterbill_owner, waterbill_app");
      await server.close();
    },
  };
}

describe("the roles of docs/database-roles.md", () => {
  const base = useTestContext();
  const roles = useFixture<Roles & { close(): Promise<void> }>(createRoles, ({ close }) => close());
  let context: TestContext;
  before(() => {
    const infrastructure = { ...base.infrastructure, database: roles.app };
    context = { ...base, infrastructure, app: createContext(base.config, infrastructure, base.overrides) };
  });

  it("let the application do all that it does, and record it", async () => {
    const { app, outbox } = context;
    await requireTables(roles.app);
    const { user, tokens } = await signedIn(context);
    const { id: userId, phone } = user;
    await logout(app, { userId, refresh: (await refreshSession(app, { refresh: tokens.refresh })).refresh });
    const values = { first_name: "Ada", last_name: "Doe", email: null, address: null, apartment_name: null };
    await updateProfile(app, { userId, fields: ["first_name"], values });
    requestPasswordReset(app, { ...caller, phone });
    await context.settle();
    const newPassword = "Une-autre-phrase-9!";
    const link = { token: outbox.tokenFor(phone), code: outbox.codeFor(phone) };
    await confirmPasswordReset(app, { ...link, newPassword, newPasswordConfirm: newPassword });
    await setRights(app, {
      phone,
      actor: COMMAND_LINE,
      rights: () => ({ isStaff: true, isSuperuser: false }),
    });
    await setAccountActive(app, { phone, isActive: false, actor: COMMAND_LINE });
    await createSuperuser(app, {
      ...{ phone: newPhone(), firstName: "Ada", lastName: "Lovelace", password: testPassword },
      actor: COMMAND_LINE,
    });
    const entry = { phone: newPhone(), actor: null };
    await addEntry(app, { ...entry, notes: "", isActive: true });
    await removeEntry(app, entry);
    await deleteExpired(app);
    expect((await laterActsOf(app, userId)).map(({ action }) => action)).to.include.members([
      ...["profile_changed", "password_reset", "role_changed", "deactivated"],
    ]);
    expect(await verified(app)).to.deep.include({ accountCount: 2, problems: [] });
  });

  it("let the application make accounts leave, export them and erase them", async () => {
    const { app, outbox } = context;
    const { user, tokens } = await signedIn(context);
    const { id: userId, phone } = user;
    const { sessionId } = await app.verifyAccessToken(tokens.access);
    await exportOwnAccount(app, { userId, sessionId, sessionAgeSeconds: 0, currentPassword: "" });
    const leave = async () => {
      requestAccountDeletionByPhone(app, { ...caller, phone });
      await context.settle();
      const proof = { token: outbox.tokenFor(phone), code: outbox.codeFor(phone) };
      await confirmAccountDeletion(app, proof);
    };
    await leave();
    expect(await login(app, { phone, password: testPassword })).to.include({ cancelsDeletion: true });
    context.clock.advance(61);
    await leave();
    await run(roles.app, "UPDATE users SET deletion_at = now() WHERE deletion_at IS NOT NULL");
    const erasureFailed = (error: unknown) => expect.fail(String(error));
    await eraseDue({ ...app, erasureFailed }, async () => true);
    expect(await app.users.findByPhone(null, phone)).to.equal(null);
    const staff = await activeUser(context);
    await addEntry(app, { phone: newPhone(), notes: "", isActive: true, actor: staff });
    await eraseAccount(app, { phone: staff.phone, reason: "Demande écrite", actor: COMMAND_LINE });
    await forgetActors(app, async () => true);
    expect(await verified(app)).to.deep.include({ problems: [] });
  });

  for (const statement of [
    "UPDATE account_history SET action = 'activated'",
    "DELETE FROM account_history",
    "TRUNCATE account_history",
    "DROP TABLE account_history",
    "ALTER TABLE account_history DROP COLUMN mac",
    "ALTER TABLE account_history OWNER TO waterbill_app",
    "GRANT UPDATE ON account_history TO waterbill_app; UPDATE account_history SET number = 9",
    "CREATE TABLE other (id integer)",
    "DELETE FROM schema_migrations",
    "UPDATE account_counts SET active = 0",
  ]) {
    it(`refuse the application ${statement.replace(/ (SET|DROP COLUMN) .*/, " …")}`, async () => {
      expect(await rejection(run(roles.app, statement))).to.have.property("code", "42501");
    });
  }

  // What runs as the owner must not find the application's temporary tables, whose triggers would then run as the owner.
  it("keep the application from acting as the owner through a temporary table", async () => {
    const { user } = await signedIn(context);
    const left = async () => (await historyOf(context.app, user.id)).length;
    const before = await left();
    const actAsOwner = `
      CREATE TEMPORARY TABLE account_counts (id integer, active bigint, leaving bigint, deactivated bigint, unproved bigint);
      INSERT INTO account_counts VALUES (1, 0, 0, 0, 0);
      CREATE FUNCTION pg_temp.act() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN DELETE FROM public.account_history WHERE account_id = ${user.id}; RETURN NEW; END $$;
      CREATE TRIGGER act BEFORE UPDATE ON account_counts FOR EACH ROW EXECUTE FUNCTION pg_temp.act();
      GRANT ALL ON account_counts TO waterbill_owner;
      UPDATE users SET is_active = false, deactivated_at = now() WHERE id = ${user.id}`;
    await run(roles.app, `BEGIN; ${actAsOwner}; COMMIT; DISCARD TEMP`);
    expect(await left()).to.equal(before);
  });

  it("let no function run as the owner that looks names up among temporary tables first", async () => {
    const unsafe = `SELECT proname FROM pg_proc WHERE prosecdef AND prosqlbody IS NULL
      AND coalesce(array_to_string(proconfig, ';'), '') !~ 'search_path=[^;]*, pg_temp'`;
    expect(await run(roles.owner, unsafe)).to.have.deep.nested.property("[0]", []);
  });

  it("let the application, at the version before, make accounts before it has its rights on their new counts", async () => {
    await run(roles.owner, "REVOKE ALL ON account_counts FROM waterbill_app");
    const { user } = await signedIn(context);
    await setAccountActive(context.app, { phone: user.phone, isActive: false, actor: COMMAND_LINE });
    await run(roles.owner, "GRANT SELECT ON account_counts TO waterbill_app");
    const { total, deactivated } = await context.app.accountStatistics.read(null, context.clock.now());
    expect(await run(roles.app, "SELECT count(*)::int AS count FROM users")).to.have.deep.nested.property(
      "[0][0].count",
      total,
    );
    expect(deactivated).to.be.above(0);
  });

  it("let the application delete values, which erasing needs", async () => {
    await run(roles.app, "DELETE FROM account_history_values");
    expect(await verified(context.app)).to.deep.include({ problems: [] });
  });
});
