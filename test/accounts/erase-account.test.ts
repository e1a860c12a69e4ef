import { readFileSync } from "node:fs";
import { expect } from "chai";
import { clearLimits } from "../../src/accounts/clear-limits.js";
import { eraseAccount } from "../../src/accounts/erase-account.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { activate } from "../../src/auth/activate.js";
import { login } from "../../src/auth/login.js";
import { register } from "../../src/auth/register.js";
import { confirmPasswordReset, requestPasswordReset } from "../../src/auth/reset-password.js";
import { DomainError } from "../../src/errors.js";
import { eraseDue } from "../../src/jobs/erase-due.js";
import { forgetActors } from "../../src/jobs/forget-actors.js";
import { confirmPhoneChange, requestPhoneChange } from "../../src/profile/change-phone.js";
import { confirmAccountDeletion, requestAccountDeletionByPhone } from "../../src/profile/delete-account.js";
import type { User } from "../../src/users/user.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { listHistory } from "../../src/whitelist/list-history.js";
import { updateEntry } from "../../src/whitelist/update-entry.js";
import { historyOf, verified } from "../audit/stored-history.js";
import { dumpOf } from "../support/dump.js";
import { recordSecret } from "../support/log.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  person,
  signedIn,
  testPassword,
  useTestContext,
} from "../support/test-context.js";
import { until } from "../support/until.js";

const REASON = "Demande écrite du 3 mars";
const SUPERUSER = { isStaff: true, isSuperuser: true };
const goOn = async () => true;

const profile = {
  firstName: "Émeraude",
  lastName: "Tournesol",
  email: "emeraude@effacer.example",
  address: "77 impasse Xylophone\nDouala",
  apartmentName: "Ẑ7Ẑ",
};
const origin = { address: "203.0.113.77", client: "ZebraPhone/9.9" };
/** Passwords of one person alone, whose hashes no other account has. */
function ownPasswords(phone: string): [first: string, second: string] {
  const passwords = [`Premier-${phone.slice(-6)}`, `Second-${phone.slice(-6)}`] as const;
  passwords.forEach(recordSecret);
  return [...passwords];
}

describe("erasing an account", () => {
  const context = useTestContext();
  before(() => context.passTime(0));

  const erase = (phone: string, reason = REASON) =>
    eraseAccount(context.app, { phone, reason, actor: COMMAND_LINE });
  const promote = (phone: string, rights: { isStaff: boolean; isSuperuser: boolean }) =>
    setRights(context.app, { phone, actor: COMMAND_LINE, rights: () => rights });
  const jobDeps = () => ({ ...context.app, erasureFailed: (error: unknown) => expect.fail(String(error)) });
  const proofFor = (phone: string) => ({
    token: context.outbox.tokenFor(phone),
    code: context.outbox.codeFor(phone),
  });

  /** How many statements wait for a lock on rows of a table. */
  async function waitingFor(table: string): Promise<number> {
    const text = `SELECT count(*)::int AS count FROM pg_stat_activity
                  WHERE wait_event_type = 'Lock' AND query LIKE '%' || $1 || '%' AND datname = current_database()`;
    const statement = { name: "test_waiting", text, isAdHoc: true };
    const [row] = await context.testDatabase.database.run<{ count: number }>(null, statement, [table]);
    return row!.count;
  }

  async function allowed(notes = ""): Promise<string> {
    const phone = newPhone();
    await addEntry(context.app, { phone, notes, isActive: true, actor: null });
    return phone;
  }

  /** Moves the account to another number, and lets the time pass in which that can be undone. */
  async function movedTo(user: User, phone: string, password = testPassword): Promise<void> {
    const { tokens } = await login(context.app, { phone: user.phone, password });
    const { sessionId } = await context.app.verifyAccessToken(tokens.access);
    const fresh = { ...caller, userId: user.id, sessionId, sessionAgeSeconds: 0, currentPassword: "" };
    await requestPhoneChange(context.app, { ...fresh, newPhone: phone });
    await confirmPhoneChange(context.app, { ...proofFor(phone), session: null });
    await context.settle();
  }

  /** An account that has left a trace in every table, and all the values that it ever had. */
  async function knownPerson() {
    const { app } = context;
    const notes = "Voisin du Kiosque Vert";
    const formerNotes = "Ancien bail Orangeraie";
    const former = await allowed(formerNotes);
    context.outbox.failing = true;
    await rejection(register(app, { ...person, phone: former, callerAddress: "203.0.113.78" }));
    context.outbox.failing = false;
    const [password, secondPassword] = ownPasswords(former);
    const confirmed = { password, passwordConfirm: password };
    await register(app, { ...person, ...profile, ...confirmed, phone: former });
    const wrong = activate(app, { ...caller, phone: former, code: "x" });
    expect(await rejectionReason(wrong)).to.equal("CODE_INCORRECT");
    const user = await activate(app, { ...caller, phone: former, code: context.outbox.codeFor(former) });
    const hash = (await app.users.findById(null, user.id))!.passwordHash;
    const phone = await allowed(notes);
    await movedTo(user, phone, password);
    await context.passTime(86_400 + 60);
    requestPasswordReset(app, { phone, callerAddress: "203.0.113.79" });
    await context.settle();
    const passwords = { newPassword: secondPassword, newPasswordConfirm: secondPassword };
    await confirmPasswordReset(app, { ...proofFor(phone), ...passwords, callerAddress: "203.0.113.79" });
    const nextHash = (await app.users.findById(null, user.id))!.passwordHash;
    await promote(phone, { isStaff: true, isSuperuser: false });
    const actor = { ...user, phone };
    const listed = newPhone();
    await addEntry(app, { phone: listed, notes: "Autre personne", isActive: true, actor });
    await login(app, { phone, password: secondPassword, ...origin });
    await login(app, { phone, password: "wrong", address: origin.address }).catch(() => undefined);
    await setAccountActive(app, { phone, isActive: false, actor: COMMAND_LINE });
    await setAccountActive(app, { phone, isActive: true, actor: COMMAND_LINE });
    const told = "Émeraude a appelé";
    await clearLimits(
      { ...app, clearRateLimits: async () => true },
      { phone, reason: told, actor: COMMAND_LINE },
    );
    await login(app, { phone, password: secondPassword, ...origin });
    const { address, ...names } = profile;
    const values = [
      ...[former.slice(1), phone.slice(1), hash, nextHash, notes, formerNotes, told],
      ...[...Object.values(names), "Xylophone", ...Object.values(origin), "203.0.113.78", "203.0.113.79"],
    ];
    return { id: user.id, phone, former, listed, values, password: secondPassword };
  }

  const ways = {
    "by a superuser": async ({ phone }: { phone: string }) => {
      const { user } = await signedIn(context);
      await promote(user.phone, SUPERUSER);
      await eraseAccount(context.app, {
        phone,
        reason: REASON,
        actor: { kind: "administrator", id: user.id },
      });
    },
    "by the job": async ({ phone }: { phone: string }) => {
      requestAccountDeletionByPhone(context.app, { phone, callerAddress: "203.0.113.79" });
      await context.settle();
      await confirmAccountDeletion(context.app, proofFor(phone));
      await context.settle();
      await context.passTime(14 * 86_400 - 60);
      await eraseDue(jobDeps(), goOn);
      expect(await context.app.users.findByPhone(null, phone)).not.to.equal(null);
      await context.passTime(120);
      await eraseDue(jobDeps(), goOn);
    },
  };
  /** A dump without the addresses that asked for messages lately, which belong to no account (docs/personal-data.md). */
  async function personalDump(): Promise<string> {
    const dump = await dumpOf(context.testDatabase);
    return dump.replace(/^\(?address:.*$/gm, "");
  }

  for (const [way, eraseIn] of Object.entries(ways)) {
    it(`${way} leaves no value of it in a dump`, async () => {
      const known = await knownPerson();
      const before = await personalDump();
      // The hash before last is in no table any more.
      const present = known.values.filter((value) => !value.startsWith("$argon2id$"));
      expect(present.filter((value) => !before.includes(value))).to.deep.equal([]);
      await eraseIn(known);
      const dump = await personalDump();
      expect(known.values.filter((value) => dump.includes(value))).to.deep.equal([]);
      expect(dump).to.include(known.listed);
    });

    it(`${way} leaves a history that verifies, without values`, async () => {
      const { id, listed, ...known } = await knownPerson();
      await eraseIn(known);
      const acts = await historyOf(context.app, id);
      expect(acts.pop()).to.include({ action: "erased", sessionCount: way === "by the job" ? 0 : 1 });
      const valued = acts.filter(({ before, after, reason }) => before ?? after ?? reason);
      expect(valued).to.deep.equal([]);
      expect((await verified(context.app, id)).problems).to.deep.equal([]);
      const history = await listHistory(context.app, { phone: listed, pageSize: 10, pageToken: "" });
      expect(history.rows.map(({ action, actor }) => [action, actor])).to.deep.equal([["add", null]]);
    });
  }

  it("frees the number for another person, who sees nothing of the former one", async () => {
    const { phone, id } = await knownPerson();
    await erase(phone);
    expect(await rejectionReason(register(context.app, { ...person, phone }))).to.equal(
      "PHONE_NOT_WHITELISTED",
    );
    const user = await activeUser(context, phone);
    expect(user.id).to.be.greaterThan(id);
    expect(user).to.include({ firstName: person.firstName, email: null, address: null, isStaff: false });
    const { user: signed } = await login(context.app, { phone, password: testPassword });
    expect(signed.id).to.equal(user.id);
    expect((await context.app.sessions.list(null, user.id, null)).map(({ client }) => client)).to.deep.equal([
      "",
    ]);
    expect((await historyOf(context.app, user.id)).map(({ action }) => action)).to.deep.equal([
      "registered",
      "activated",
    ]);
    const { rows } = await listHistory(context.app, { phone, pageSize: 10, pageToken: "" });
    expect(rows.map(({ action, after }) => [action, after?.notes])).to.deep.equal([["add", ""]]);
    const sends = await context.app.smsQuota.recent(null, phone, new Date(0));
    expect(sends.map(({ purpose }) => purpose)).to.deep.equal(["activation"]);
  });

  it("leaves a former number to the account that has it now, and to a registration that waits, which keeps no notes", async () => {
    const { app, outbox } = context;
    const confirm = (phone: string) => activate(app, { ...caller, phone, code: outbox.codeFor(phone) });
    for (const isActivated of [true, false]) {
      const user = await activeUser(context);
      const notes = `Note ${user.id} de l'ancien bail`;
      await updateEntry(app, { phone: user.phone, notes, isActive: null, actor: null });
      const phone = await allowed();
      await movedTo(user, phone);
      await context.passTime(86_400 + 60);
      await register(app, { ...person, phone: user.phone });
      if (isActivated) await confirm(user.phone);
      await erase(phone);
      expect(await context.app.isWhitelisted(user.phone)).to.equal(isActivated);
      // Anybody can register a number that they don't have.
      expect((await dumpOf(context.testDatabase)).includes(notes)).to.equal(isActivated);
      expect(await context.app.isWhitelisted(phone)).to.equal(false);
      if (!isActivated) await confirm(user.phone);
      await login(context.app, { phone: user.phone, password: testPassword });
    }
  });

  it("is for accounts: the guide's statements erase a person who is only on the whitelist", async () => {
    const phone = await allowed("Sur la liste, sans compte");
    expect(await rejectionReason(erase(phone))).to.equal("ACCOUNT_NOT_FOUND");
    const [, statements = ""] =
      /```sql\n([\s\S]*?)```/.exec(readFileSync("docs/personal-data.md", "utf8")) ?? [];
    expect(await dumpOf(context.testDatabase)).to.include(phone.slice(1));
    await context.testDatabase.database.sequelize.query(statements.replaceAll("+237670000001", phone));
    expect(await dumpOf(context.testDatabase)).not.to.include(phone.slice(1));
  });

  it("refuses a reason that names the account, and erases nothing then", async () => {
    const { phone, password } = await knownPerson();
    const national = phone.slice(4);
    const spaced = national.replace(/(..)/g, "$1 ");
    const naming = [
      ...[`Appel du ${phone}`, `tél. 0${spaced}`, `(${national.slice(0, 3)}) ${national.slice(3)}`],
      ...[
        "EMERAUDE a appelé",
        "M. Tournesol",
        "écrit de emeraude@effacer.example",
        "au 77, impasse Xylophone, Douala",
      ],
    ];
    for (const reason of naming) {
      const error = (await rejection(erase(phone, reason))) as DomainError;
      expect(error, reason).to.be.instanceOf(DomainError).and.include({ reason: "INVALID_REQUEST" });
      expect(error.fields[0]?.field).to.equal("reason");
    }
    await login(context.app, { phone, password });
    await erase(phone);
  });

  it("waits until a phone change can no longer be undone", async () => {
    const user = await activeUser(context);
    const phone = await allowed();
    await movedTo(user, phone);
    expect(await rejectionReason(erase(phone))).to.equal("RATE_LIMITED");
    await context.passTime(86_400 + 60);
    await erase(phone);
    expect(await rejectionReason(erase(phone))).to.equal("ACCOUNT_NOT_FOUND");
    expect(await rejectionReason(erase("12"))).to.equal("PHONE_LENGTH");
  });

  it("is undone as a whole if it can't be recorded", async () => {
    const { phone } = await signedInUser();
    const record = () => Promise.reject(new Error("no record"));
    await rejection(eraseAccount({ ...context.app, record }, { phone, reason: REASON, actor: COMMAND_LINE }));
    await login(context.app, { phone, password: testPassword });
    expect(await context.app.isWhitelisted(phone)).to.equal(true);
  });

  async function signedInUser(): Promise<User> {
    return (await signedIn(context)).user;
  }

  it("beside sign-ins ends with no session, and fails no call in another way", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { phone, id } = await signedInUser();
      const results = await atOnce(8, async (index) => {
        if (index === 4) return erase(phone).then(() => "erased");
        const address = `198.51.100.${10 + (index % 3)}`;
        return login(index % 2 ? context.app : context.anotherProcess(), {
          phone,
          password: testPassword,
          address,
        })
          .then(() => "signed in")
          .catch((error: DomainError) => error.reason);
      });
      expect(results).to.include("erased");
      for (const result of results)
        expect(result).to.be.oneOf(["erased", "signed in", "CREDENTIALS_REJECTED"]);
      expect(await context.app.users.findById(null, id)).to.equal(null);
      expect(await context.app.sessions.list(null, id, null)).to.deep.equal([]);
    }
  });

  it("waits for an import that has changed the entry, without keeping administrators from other acts", async () => {
    const { id, phone } = await activeUser(context);
    const other = await activeUser(context);
    const { database } = context.testDatabase;
    const change = { text: "UPDATE whitelist_entries SET notes = 'import' WHERE phone = $1", isAdHoc: true };
    let erased: Promise<void> | undefined;
    await database.transaction(async (tx) => {
      await database.run(tx, { name: "test_import", ...change }, [phone]);
      erased = erase(phone);
      await until(async () => (await waitingFor("whitelist_entries")) > 0);
      await setAccountActive(context.app, { phone: other.phone, isActive: false, actor: COMMAND_LINE });
      expect(await context.app.users.findById(null, id)).not.to.equal(null);
    });
    await erased;
    expect(await context.app.users.findById(null, id)).to.equal(null);
  });

  it("clears the rest of a busy administrator's changes in a job", async () => {
    const { phone, id } = await signedInUser();
    const text = `INSERT INTO whitelist_history (phone, action, actor_id, actor_phone, actor_name, happened_at)
                  SELECT '+999' || (10000000 + n), 'add', $1, $2, 'John Doe', now() FROM generate_series(1, 11000) AS n`;
    const { database } = context.testDatabase;
    await database.run(null, { name: "test_busy_actor", text }, [id, phone]);
    const count = `SELECT count(*)::int AS named FROM whitelist_history WHERE actor_id = $1 AND actor_phone IS NOT NULL`;
    const named = async () => {
      const [row] = await database.run<{ named: number }>(null, { name: "test_named", text: count }, [id]);
      return row?.named;
    };
    await erase(phone);
    expect(await named()).to.equal(6000);
    let steps = 0;
    // A process that ends after the first step loses nothing.
    await forgetActors(context.app, async () => {
      steps += 1;
      return false;
    });
    expect([steps, await named()]).to.deep.equal([1, 1000]);
    await forgetActors(context.app, goOn);
    expect(await named()).to.equal(0);
    expect(await context.app.whitelistErasure.findGoneActor(null)).to.equal(null);
  });
});

describe("erasing superusers", () => {
  const context = useTestContext();

  async function superuser(): Promise<User> {
    const { phone } = await activeUser(context);
    const rights = () => SUPERUSER;
    const user = await setRights(context.app, { phone, actor: COMMAND_LINE, rights });
    return user;
  }
  const eraseBy = (actor: User, { phone }: User) =>
    eraseAccount(context.app, { phone, reason: REASON, actor: { kind: "administrator", id: actor.id } });

  it("leaves the last one, and one of two who erase each other at once", async () => {
    const [one, other] = [await superuser(), await superuser()];
    const results = await atOnce(2, (index) => (index === 0 ? eraseBy(one, other) : eraseBy(other, one)));
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    const [left] = [one, other].filter((_, index) => results[index] === undefined);
    expect(await rejectionReason(eraseBy(left!, left!))).to.equal("LAST_SUPERUSER");
  });

  it("is for active superusers alone, also between the check of a call and its transaction", async () => {
    const [one, customer] = [await superuser(), await activeUser(context)];
    await setRights(context.app, {
      phone: one.phone,
      actor: COMMAND_LINE,
      rights: () => ({ isStaff: true, isSuperuser: false }),
    });
    expect(await rejectionReason(eraseBy(one, customer))).to.equal("SUPERUSER_REQUIRED");
  });
});
