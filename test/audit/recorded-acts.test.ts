import { expect } from "chai";
import { createSuperuser } from "../../src/accounts/create-superuser.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { type Actor, COMMAND_LINE } from "../../src/audit/act.js";
import { activate } from "../../src/auth/activate.js";
import { logout } from "../../src/auth/logout.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import { confirmPasswordReset, requestPasswordReset } from "../../src/auth/reset-password.js";
import { cancelPhoneChange } from "../../src/profile/cancel-phone-change.js";
import { confirmPasswordChange, requestPasswordChange } from "../../src/profile/change-password.js";
import { confirmPhoneChange, requestPhoneChange } from "../../src/profile/change-phone.js";
import { updateProfile } from "../../src/profile/update-profile.js";
import type { ProfileValues } from "../../src/users/profile-update.js";
import type { User } from "../../src/users/user.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { administrator } from "../support/administrator.js";
import { rejection } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  newSession,
  registered,
  signedIn,
  testPassword,
  useTestContext,
} from "../support/test-context.js";
import { historyOf, laterActsOf, verified } from "./stored-history.js";

const email = "ada.lovelace@example.com";
const values: ProfileValues = {
  first_name: "Ada",
  last_name: "Doe",
  email,
  address: "12 rue du Lac",
  apartment_name: "",
};

describe("acts on an account", () => {
  const context = useTestContext();
  let staff: Actor;
  before(async () => {
    staff = { kind: "administrator", id: (await administrator(context)).user.id };
  });
  const run = <Row extends object>(text: string, parameters: unknown[] = []) =>
    context.testDatabase.database.run<Row>(null, { name: "test_history", text, isAdHoc: true }, parameters);

  /** An account with two sessions; their ids. */
  async function withSessions(): Promise<{ user: User; sessions: [string, string] }> {
    const user = await activeUser(context);
    return { user, sessions: [await newSession(context, user.phone), await newSession(context, user.phone)] };
  }

  async function setActive(user: User, isActive: boolean, actor = staff): Promise<void> {
    await setAccountActive(context.app, { phone: user.phone, isActive, actor });
  }

  async function resetPassword({ phone }: User): Promise<void> {
    requestPasswordReset(context.app, { ...caller, phone });
    await context.settle();
    await confirmPasswordReset(context.app, {
      ...{ token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) },
      ...{ newPassword: "Une-autre-phrase-9!", newPasswordConfirm: "Une-autre-phrase-9!" },
    });
  }

  async function changePassword({ id: userId, phone }: User, sessionId: string): Promise<void> {
    await requestPasswordChange(context.app, { ...caller, userId, sessionId, currentPassword: testPassword });
    await confirmPasswordChange(context.app, {
      ...{ token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) },
      ...{ newPassword: "Une-autre-phrase-9!", newPasswordConfirm: "Une-autre-phrase-9!" },
      session: { id: sessionId, userId, address: caller.callerAddress },
    });
  }

  async function askForPhone({ id: userId }: User, sessionId: string): Promise<string> {
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    const fresh = { currentPassword: "", sessionAgeSeconds: 0 };
    await requestPhoneChange(context.app, { ...caller, ...fresh, userId, sessionId, newPhone: phone });
    return phone;
  }

  async function changePhone(user: User, sessionId: string): Promise<string> {
    const phone = await askForPhone(user, sessionId);
    const link = { token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) };
    return confirmPhoneChange(context.app, {
      ...link,
      session: { id: sessionId, userId: user.id, address: caller.callerAddress },
    });
  }

  const newSuperuser = (phone: string) =>
    createSuperuser(context.app, {
      ...{ phone, firstName: "Ada", lastName: "Lovelace", password: testPassword },
      actor: COMMAND_LINE,
    });

  /** A recorded act that has only these parts. */
  const act = (number: number, action: string, actor: object, parts: object = {}) => ({
    number,
    at: context.clock.now(),
    action,
    actor: { id: null, ...actor },
    fields: [],
    before: null,
    after: null,
    reason: null,
    sessionId: null,
    sessionCount: null,
    ...parts,
  });
  const owner = { kind: "owner" };

  it("are recorded when its owner has proved the number: the registration, then the activation", async () => {
    const phone = await registered(context);
    const registeredAt = context.clock.now();
    context.clock.advance(30);
    const { id } = await activate(context.app, { ...caller, phone, code: context.outbox.codeFor(phone) });
    expect(await historyOf(context.app, id)).to.deep.equal([
      { ...act(1, "registered", owner), at: registeredAt },
      act(2, "activated", owner),
    ]);
  });

  it("are recorded when an administrator deactivates and reactivates it, and not when nothing changes", async () => {
    const { user } = await withSessions();
    await setActive(user, true);
    await setActive(user, false);
    await setActive(user, false);
    await setActive(user, true, COMMAND_LINE);
    expect(await laterActsOf(context.app, user.id)).to.deep.equal([
      act(1, "deactivated", staff, { sessionCount: 2 }),
      act(2, "reactivated", COMMAND_LINE),
    ]);
  });

  it("are recorded when its role changes, and not when its rights stay", async () => {
    const { id, phone } = await activeUser(context);
    const superuser: Actor = { kind: "administrator", id: (await newSuperuser(newPhone())).id };
    const set = (isStaff: boolean, isSuperuser: boolean) =>
      setRights(context.app, { phone, actor: superuser, rights: () => ({ isStaff, isSuperuser }) });
    await set(false, false);
    await set(true, false);
    await set(true, true);
    await set(false, true);
    await set(false, false);
    const change = (number: number, before: string, after: string, sessionCount: number | null = null) =>
      act(number, "role_changed", superuser, {
        ...{ fields: ["role"], before: { role: before }, after: { role: after }, sessionCount },
      });
    expect(await laterActsOf(context.app, id)).to.deep.equal([
      change(1, "CUSTOMER", "STAFF"),
      change(2, "STAFF", "SUPERUSER"),
      change(3, "SUPERUSER", "CUSTOMER", 0),
    ]);
  });

  it("are recorded when the command line or the first start creates it", async () => {
    const { id } = await newSuperuser(newPhone());
    const parts = { fields: ["role"], after: { role: "SUPERUSER" } };
    expect(await laterActsOf(context.app, id)).to.deep.equal([
      act(1, "account_created", COMMAND_LINE, parts),
    ]);
  });

  it("are recorded when its profile changes: the names of the fields whose values differ", async () => {
    const { id: userId } = await activeUser(context);
    const update = (fields: readonly (keyof ProfileValues)[], changes: Partial<ProfileValues> = {}) =>
      updateProfile(context.app, { userId, fields, values: { ...values, ...changes } });
    const all = ["apartment_name", "email", "first_name", "first_name", "last_name", "address"] as const;
    await update(all);
    await update(all);
    await update([]);
    await update(["first_name"], { first_name: " Ada " });
    await update(["email", "address"], { email: "" });
    expect(await laterActsOf(context.app, userId)).to.deep.equal([
      act(1, "profile_changed", owner, { fields: ["first_name", "email", "address"] }),
      act(2, "profile_changed", owner, { fields: ["email"] }),
    ]);
  });

  it("are recorded when its password is reset and changed, with the number of sessions that ended", async () => {
    const one = await withSessions();
    await resetPassword(one.user);
    expect(await laterActsOf(context.app, one.user.id)).to.deep.equal([
      act(1, "password_reset", owner, { sessionCount: 2 }),
    ]);
    const other = await withSessions();
    await changePassword(other.user, other.sessions[0]);
    expect(await laterActsOf(context.app, other.user.id)).to.deep.equal([
      act(1, "password_changed", owner, { sessionCount: 1 }),
    ]);
  });

  it("are recorded when its number changes, with both numbers as values", async () => {
    const { user, sessions } = await withSessions();
    const phone = await changePhone(user, sessions[0]);
    expect(await laterActsOf(context.app, user.id)).to.deep.equal([
      act(1, "phone_changed", owner, {
        ...{ fields: ["phone"], before: { phone: user.phone }, after: { phone }, sessionCount: 1 },
      }),
    ]);
  });

  it("are recorded when its owner signs out", async () => {
    const { user, tokens } = await signedIn(context);
    const { sessionId } = await context.app.verifyAccessToken(tokens.access);
    await logout(context.app, { userId: user.id, refresh: tokens.refresh });
    await rejection(logout(context.app, { userId: user.id, refresh: tokens.refresh }));
    const parts = { sessionId, sessionCount: 1 };
    expect(await laterActsOf(context.app, user.id)).to.deep.equal([act(1, "session_ended", owner, parts)]);
  });

  for (const [name, present] of Object.entries<(user: User, refresh: string) => Promise<unknown>>({
    "a refresh": (_, refresh) => refreshSession(context.app, { refresh }),
    "a sign-out": ({ id }, refresh) => logout(context.app, { userId: id, refresh }),
  })) {
    it(`are recorded once when 20 callers reuse a refresh token for ${name}`, async () => {
      const { user, tokens } = await signedIn(context);
      const { sessionId } = await context.app.verifyAccessToken(tokens.access);
      const second = await refreshSession(context.app, { refresh: tokens.refresh });
      await refreshSession(context.app, { refresh: second.refresh });
      await context.passTime(60);
      const results = await atOnce(20, () => present(user, tokens.refresh));
      expect(results).to.deep.equal(Array.from({ length: 20 }, () => "REFRESH_REJECTED"));
      expect(await laterActsOf(context.app, user.id)).to.deep.equal([
        act(1, "refresh_reused", { kind: "system" }, { sessionId, sessionCount: 1 }),
      ]);
    });
  }

  it("are recorded when a sign-in ends a session because it is one too many", async () => {
    const { user, tokens } = await signedIn(context);
    const { sessionId } = await context.app.verifyAccessToken(tokens.access);
    for (let count = 1; count <= 20; count += 1) await newSession(context, user.phone);
    const parts = { sessionId, sessionCount: 1 };
    expect(await laterActsOf(context.app, user.id)).to.deep.equal([
      act(1, "session_ended", { kind: "system" }, parts),
    ]);
  });

  it("leave no personal value in the history, and stay verifiable without their values", async () => {
    const { user, sessions } = await withSessions();
    await updateProfile(context.app, { userId: user.id, fields: ["first_name", "email", "address"], values });
    const phone = await changePhone(user, sessions[0]);
    await setActive({ ...user, phone }, false);
    const rows = await run<{ row: string }>(
      "SELECT account_history::text AS row FROM account_history WHERE account_id = $1",
      [user.id],
    );
    expect(rows).to.have.lengthOf.at.least(3);
    const text = rows.map(({ row }) => row).join("\n");
    const phones = [user.phone, phone];
    for (const value of [...phones, ...phones.map((full) => full.slice(1)), "Ada", "Doe", email, "rue"]) {
      expect(text).not.to.include(value);
      expect(text).not.to.include(Buffer.from(value).toString("hex"));
    }
    const right = { accountCount: 1, actCount: rows.length, problems: [] };
    expect(await verified(context.app, user.id)).to.deep.equal(right);
    await run("DELETE FROM account_history_values WHERE account_id = $1", [user.id]);
    expect(await verified(context.app, user.id)).to.deep.equal(right);
    const [, change] = await laterActsOf(context.app, user.id);
    expect(change).to.deep.include({ action: "phone_changed", before: null, after: null });
  });

  it("outlive the account and the administrator", async () => {
    const [user, { user: admin }] = [await activeUser(context), await administrator(context)];
    await setActive(user, false, { kind: "administrator", id: admin.id });
    await run("DELETE FROM users WHERE id IN ($1, $2)", [user.id, admin.id]);
    const [recorded] = await laterActsOf(context.app, user.id);
    expect(recorded).to.deep.include({ actor: { kind: "administrator", id: admin.id } });
    expect(await verified(context.app, user.id)).to.deep.include({ accountCount: 1, problems: [] });
  });

  describe("that can't be recorded", () => {
    before(() =>
      run(
        `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`,
      ),
    );
    afterEach(() => run("DROP TRIGGER IF EXISTS refuse ON account_history"));
    const refuse = () =>
      run("CREATE TRIGGER refuse BEFORE INSERT ON account_history FOR EACH ROW EXECUTE FUNCTION refuse()");
    const allow = () => run("DROP TRIGGER refuse ON account_history");

    /** The account, its sessions and codes, and the end of its chain. */
    const state = ({ id }: User) =>
      run(
        `SELECT users::text, array(SELECT sessions::text FROM sessions WHERE user_id = $1 ORDER BY id) AS sessions,
           array(SELECT id::text FROM codes WHERE user_id = $1 ORDER BY id) AS codes,
           (SELECT number FROM account_history_heads WHERE account_id = $1) AS head
         FROM users WHERE id = $1`,
        [id],
      );

    for (const [name, attempt] of Object.entries<(user: User, session: string) => Promise<unknown>>({
      "deactivating it": (user) => setActive(user, false),
      "changing its role": ({ phone }) =>
        setRights(context.app, {
          ...{ phone, actor: COMMAND_LINE, rights: () => ({ isStaff: true, isSuperuser: false }) },
        }),
      "changing its profile": ({ id }) =>
        updateProfile(context.app, { userId: id, fields: ["address"], values }),
    })) {
      it(`are undone: ${name}`, async () => {
        const { user, sessions } = await withSessions();
        const before = await state(user);
        await refuse();
        expect(await rejection(attempt(user, sessions[0]))).to.have.property("code", "P0001");
        expect(await state(user)).to.deep.equal(before);
        await allow();
        await attempt(user, sessions[0]);
        expect(await laterActsOf(context.app, user.id)).to.have.length(1);
      });
    }

    for (const [name, attempt] of Object.entries<(user: User, session: string) => Promise<unknown>>({
      "resetting its password": resetPassword,
      "changing its password": changePassword,
      "changing its number": changePhone,
    })) {
      it(`are undone: ${name}`, async () => {
        const { user, sessions } = await withSessions();
        const [before] = await state(user);
        await refuse();
        expect(await rejection(attempt(user, sessions[0]))).to.have.property("code", "P0001");
        const [after] = await state(user);
        // The code was sent before, and still works.
        expect(after).to.deep.include({ ...before, codes: (after as { codes: string[] }).codes });
        expect((after as { codes: string[] }).codes).to.have.length(1);
      });
    }

    for (const [name, isDone] of [
      ["stopping a change of its number", false],
      ["undoing a change of its number", true],
    ] as const) {
      it(`are undone: ${name}`, async () => {
        const { user, sessions } = await withSessions();
        if (isDone) await changePhone(user, sessions[0]);
        else await askForPhone(user, sessions[0]);
        await context.settle();
        const link = { token: context.outbox.cancelTokenFor(user.phone) };
        const before = await state(user);
        await refuse();
        expect(await rejection(cancelPhoneChange(context.app, link))).to.have.property("code", "P0001");
        expect(await state(user)).to.deep.equal(before);
        await allow();
        await cancelPhoneChange(context.app, link);
      });
    }

    it("are undone: activating a registration, which can be activated later", async () => {
      const phone = await registered(context);
      const input = { ...caller, phone, code: context.outbox.codeFor(phone) };
      await refuse();
      expect(await rejection(activate(context.app, input))).to.have.property("code", "P0001");
      expect(await context.app.users.findByPhone(null, phone)).to.equal(null);
      await allow();
      expect((await activate(context.app, input)).isActive).to.equal(true);
    });

    it("are undone: creating a superuser", async () => {
      const phone = newPhone();
      await refuse();
      expect(await rejection(newSuperuser(phone))).to.have.property("code", "P0001");
      expect(await context.app.users.findByPhone(null, phone)).to.equal(null);
    });
  });
});
