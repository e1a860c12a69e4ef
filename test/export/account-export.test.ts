import { create } from "@bufbuild/protobuf";
import { expect } from "chai";
import { AccountExportSchema } from "#gen/waterbill/identity/v1/account_export_pb.js";
import { exportAccount } from "../../src/accounts/export-account.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { type Actor, COMMAND_LINE } from "../../src/audit/act.js";
import { login } from "../../src/auth/login.js";
import { requestPasswordReset } from "../../src/auth/reset-password.js";
import type { AppContext } from "../../src/context.js";
import { toExportMessage } from "../../src/export/export-message.js";
import { MAX_EXPORTED_ACTS, MAX_EXPORTED_SESSIONS } from "../../src/export/export-store.js";
import type { AccountCopy } from "../../src/export/take-export.js";
import { confirmPhoneChange, requestPhoneChange } from "../../src/profile/change-phone.js";
import { exportOwnAccount } from "../../src/profile/export-own-account.js";
import { revokeOtherSessions } from "../../src/profile/revoke-sessions.js";
import { updateProfile } from "../../src/profile/update-profile.js";
import { toRestJson } from "../../src/rest/rest-json.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { updateEntry } from "../../src/whitelist/update-entry.js";
import { historyOf, laterActsOf, verified } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  caller,
  newPhone,
  newSession,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

const DAY = 86_400;
const REASON = "Demande écrite du 12 mars";

/** Every hash, digest, id of a token or device in the database, in the ways in which JSON may have them. */
const ALL_SECRETS = `
  WITH digests (bytes) AS (
    SELECT code_digest FROM codes UNION SELECT token_digest FROM codes UNION SELECT token_digest FROM phone_changes
    UNION SELECT mac FROM account_history UNION SELECT before_digest FROM account_history
    UNION SELECT after_digest FROM account_history UNION SELECT reason_digest FROM account_history
    UNION SELECT seal FROM account_history_heads
  )
  SELECT encode(bytes, 'hex') AS spelling FROM digests WHERE bytes IS NOT NULL
  UNION SELECT trim(TRAILING '=' FROM encode(bytes, 'base64')) FROM digests WHERE bytes IS NOT NULL
  UNION SELECT trim(TRAILING '=' FROM translate(encode(bytes, 'base64'), '+/', '-_')) FROM digests WHERE bytes IS NOT NULL
  UNION SELECT password_hash FROM users
  UNION SELECT refresh_id::text FROM sessions UNION SELECT unnest(used_ids)::text FROM sessions
  UNION SELECT substr(caller, 8) FROM known_callers WHERE caller LIKE 'device:%'`;

/** The export as REST has it. */
const jsonOf = (copy: AccountCopy) =>
  toRestJson(AccountExportSchema, create(AccountExportSchema, toExportMessage(copy))) as Record<
    string,
    Record<string, unknown>[]
  >;

describe("an export of an account", () => {
  const context = useTestContext();
  // The times of sessions and phone changes are the database's, so the clock starts at its time.
  before(() => context.passTime(0));

  const run = <Row extends object>(text: string, parameters: unknown[] = []) =>
    context.testDatabase.database.run<Row>(null, { name: "test_export", text, isAdHoc: true }, parameters);
  const own = (userId: number, sessionId: string, app = context.app) =>
    exportOwnAccount(app, { userId, sessionId, sessionAgeSeconds: 0, currentPassword: "" });
  const exported = (phone: string, actor: Actor = COMMAND_LINE, app = context.app) =>
    exportAccount(app, { phone, reason: REASON, actor });

  /** An account with a session. */
  async function owner() {
    const { id, phone } = await activeUser(context);
    return { id, phone, sessionId: await newSession(context, phone) };
  }

  async function allowedPhone(): Promise<string> {
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    return phone;
  }

  /** Moves an account to another number. */
  async function changePhone(userId: number, sessionId: string): Promise<string> {
    const wanted = await allowedPhone();
    const fresh = { ...caller, sessionAgeSeconds: 0, currentPassword: "" };
    await requestPhoneChange(context.app, { ...fresh, userId, sessionId, newPhone: wanted });
    const proof = { token: context.outbox.tokenFor(wanted), code: context.outbox.codeFor(wanted) };
    await confirmPhoneChange(context.app, { ...proof, session: null });
    return wanted;
  }

  async function resetCode(phone: string): Promise<void> {
    requestPasswordReset(context.app, { ...caller, phone });
    await context.settle();
  }

  /** An account of which every part of an export has something, and the administrator who acted on it. */
  async function fullAccount() {
    const { app } = context;
    const { id, phone: oldPhone, sessionId: first } = await owner();
    const admin = await administrator(context);
    const email = `ada.${id}@example.com`;
    const values = {
      first_name: "Ada",
      last_name: "Doe",
      email,
      address: "12 rue du Lac",
    };
    await updateProfile(app, {
      ...{ userId: id, fields: ["email", "address"] },
      values: { ...values, apartment_name: null },
    });
    const phone = await changePhone(id, first);
    await context.passTime(DAY + 60);
    const from = { client: "WaterBill/2.1", address: "192.0.2.77" };
    const { device, tokens } = await login(app, { phone, password: testPassword, ...from });
    // A device has a count of its own after its first wrong password.
    const wrong = login(app, { phone, password: "Attaquant-4242", ...from, device });
    expect(await rejectionReason(wrong)).to.equal("CREDENTIALS_REJECTED");
    const { sessionId } = await app.verifyAccessToken(tokens.access);
    const other = await newSession(context, phone);
    await revokeOtherSessions(app, { userId: id, currentId: sessionId });
    const superuser = () => ({ isStaff: true, isSuperuser: true });
    await setRights(app, { phone: admin.user.phone, rights: superuser, actor: COMMAND_LINE });
    const actor = { kind: "administrator", id: admin.user.id } as const;
    await setRights(app, { phone, rights: () => ({ isStaff: true, isSuperuser: false }), actor });
    await updateEntry(app, { phone, notes: "Bâtiment B", isActive: null, actor: admin.user });
    await resetCode(phone);
    return { id, phone, oldPhone, email, sessionId, other, admin: admin.user };
  }

  it("has all that is kept about it", async () => {
    const { id, phone, oldPhone, email, sessionId, other } = await fullAccount();
    const copy = jsonOf(await own(id, sessionId));
    expect(copy.user).to.include({ id, phone, email, address: "12 rue du Lac" });
    expect(copy).to.deep.include({ is_staff: true, is_superuser: false });
    expect(copy).to.include({ deactivated_at: null, deletion_at: null, has_older_history: false });
    expect(copy.last_login).to.be.a("string");

    const sessions = new Map(copy.sessions!.map((session) => [session.id, session]));
    expect(sessions.get(sessionId)).to.include({
      client: "WaterBill/2.1",
      address: "192.0.2.77",
      ended_at: null,
    });
    expect(sessions.get(other)!.ended_at).to.be.a("string");
    expect(copy.known_callers!.map(({ address }) => address)).to.have.members([
      "127.0.0.1",
      "192.0.2.77",
      null,
    ]);

    const acts = await historyOf(context.app, id);
    expect(acts.at(-1)).to.include({ action: "exported" });
    expect(copy.history!.map(({ number, action }) => [number, action])).to.deep.equal(
      acts.slice(0, -1).map(({ number, action }) => [number, action]),
    );
    const changed = copy.history!.find(({ action }) => action === "phone_changed");
    expect(changed).to.deep.include({ actor: "owner", before: { phone: oldPhone }, after: { phone } });
    const role = copy.history!.find(({ action }) => action === "role_changed");
    expect(role).to.deep.include({ actor: "administrator", after: { role: "STAFF" } });
    expect(copy.history!.find(({ action }) => action === "profile_changed")).to.deep.include({
      fields: ["email", "address"],
      before: {},
    });

    expect(copy.sends!.at(-1)).to.include({
      purpose: "password_reset",
      delivery: "accepted",
      network: "127.0.0.0/24",
    });
    expect(copy.phone_changes!.map((change) => change.old_phone)).to.deep.equal([oldPhone, oldPhone]);
    expect(copy.codes!.map(({ purpose }) => purpose)).to.deep.equal(["password_reset"]);
    expect(copy.whitelist_entry).to.include({ phone, notes: "Bâtiment B", is_active: true });
    const { exported_at: exportedAt } = copy as Record<string, unknown>;
    expect(new Date(String(exportedAt))).to.deep.equal(acts.at(-1)!.at);
  });

  it("names nobody else, and has no hash, digest or secret", async () => {
    const { id, sessionId, admin } = await fullAccount();
    const stranger = await fullAccount();
    const text = JSON.stringify(jsonOf(await own(id, sessionId)));
    for (const others of [
      admin.phone,
      stranger.phone,
      stranger.oldPhone,
      stranger.email,
      stranger.sessionId,
      stranger.other,
    ]) {
      expect(text, others).not.to.include(others);
    }
    expect(text).not.to.match(new RegExp(`"[a-z_]*id":(${admin.id}|${stranger.id})\\b`));
    expect(text).not.to.match(/device:|argon2|digest|hash|mac"|seal|token"/);
    const secrets = await run<{ spelling: string }>(ALL_SECRETS);
    expect(secrets).to.have.length.above(60);
    expect(secrets.filter(({ spelling }) => text.includes(spelling))).to.deep.equal([]);
  });

  it("leaves out what was sent to its number before it had that", async () => {
    const { id, sessionId } = await owner();
    const phone = await changePhone(id, sessionId);
    await context.passTime(DAY + 60);
    await run("UPDATE users SET date_joined = date_joined - interval '30 days' WHERE id = $1", [id]);
    await run("DELETE FROM sms_sends WHERE phone = $1", [phone]);
    await run(
      `INSERT INTO sms_sends (id, phone, purpose, sent_at)
       SELECT gen_random_uuid(), $1, purpose, confirmed_at + after * interval '1 minute'
       FROM (SELECT max(confirmed_at) AS confirmed_at FROM phone_changes WHERE user_id = $2) AS change,
         (VALUES ('activation', -1), ('password_reset', 1)) AS sent (purpose, after)`,
      [phone, id],
    );
    expect((await exported(phone)).sends.map(({ purpose }) => purpose)).to.deep.equal(["password_reset"]);
    await run("UPDATE users SET date_joined = date_joined + interval '40 days' WHERE id = $1", [id]);
    expect((await exported(phone)).sends).to.deep.equal([]);
  });

  it("has only the codes that still work", async () => {
    const { id, phone } = await owner();
    for (let sends = 0; sends < 4; sends += 1) {
      await resetCode(phone);
      context.clock.advance(61);
    }
    expect((await exported(phone)).codes).to.have.length(3);
    await run("UPDATE codes SET attempts = 5 WHERE user_id = $1 AND series IS NULL", [id]);
    expect((await exported(phone)).codes).to.have.length(0);
    await context.app.database.transaction((tx) => context.app.codes.voidAll(tx, id));
    await resetCode(phone);
    expect((await exported(phone)).codes).to.have.length(1);
    context.clock.advance(601);
    expect((await exported(phone)).codes).to.have.length(0);
  });

  it("is recorded with its actor and reason, in a history that verifies", async () => {
    const { id, phone, sessionId } = await owner();
    const { user: admin } = await administrator(context);
    await own(id, sessionId);
    await exported(` ${phone.slice(1)} `, { kind: "administrator", id: admin.id });
    await exported(phone);
    const acts = (await laterActsOf(context.app, id)).map(({ action, actor, reason }) => [
      action,
      actor,
      reason,
    ]);
    expect(acts).to.deep.equal([
      ["exported", { kind: "owner", id: null }, null],
      ["exported", { kind: "administrator", id: admin.id }, REASON],
      ["exported", { kind: "command_line", id: null }, REASON],
    ]);
    expect((await verified(context.app, id)).problems).to.deep.equal([]);
  });

  it("is refused if it can't be recorded", async () => {
    const { id, phone, sessionId } = await owner();
    const record = async () => {
      throw new Error("no record");
    };
    const app = { ...context.app, record } as AppContext;
    for (const call of [() => own(id, sessionId, app), () => exported(phone, COMMAND_LINE, app)]) {
      expect(await rejection(call()))
        .to.be.an("error")
        .with.property("message", "no record");
    }
    expect(await laterActsOf(context.app, id)).to.deep.equal([]);
  });

  it("is refused while a change of the number can be undone, to everybody", async () => {
    const { id, sessionId } = await owner();
    const phone = await changePhone(id, sessionId);
    const later = await newSession(context, phone);
    expect(await rejectionReason(own(id, later))).to.equal("RATE_LIMITED");
    expect(await rejectionReason(exported(phone))).to.equal("RATE_LIMITED");
    expect((await laterActsOf(context.app, id)).map(({ action }) => action)).to.deep.equal(["phone_changed"]);
    await context.passTime(DAY + 60);
    expect((await own(id, later)).user.phone).to.equal(phone);
  });

  it("is refused to a session that has ended since the call was authenticated", async () => {
    const { id, phone, sessionId } = await owner();
    const other = await newSession(context, phone);
    await revokeOtherSessions(context.app, { userId: id, currentId: other });
    expect(await rejectionReason(own(id, sessionId))).to.equal("UNAUTHENTICATED");
  });

  it("is for superusers alone, if the account is a superuser's", async () => {
    const { phone } = await owner();
    const { user: staff } = await administrator(context);
    const rights = () => ({ isStaff: false, isSuperuser: true });
    const { id } = await setRights(context.app, { phone, rights, actor: COMMAND_LINE });
    const call = exported(phone, { kind: "administrator", id: staff.id });
    expect(await rejectionReason(call)).to.equal("SUPERUSER_REQUIRED");
    expect((await exported(phone, { kind: "administrator", id })).user.is_superuser).to.equal(true);
    expect(await rejectionReason(exported(newPhone()))).to.equal("ACCOUNT_NOT_FOUND");
  });

  it("has the latest 10,000 acts, and says whether there are older ones", async () => {
    const { id, phone } = await owner();
    const { database, record, clock } = context.app;
    const { length } = await historyOf(context.app, id);
    const at = clock.now();
    const act = { accountId: id, at, actor: COMMAND_LINE, action: "reactivated" } as const;
    const more = (count: number) =>
      database.transaction((tx) => record(tx, act, ...Array.from({ length: count - 1 }, () => act)));
    await more(MAX_EXPORTED_ACTS - length);
    const full = await exported(phone);
    expect(full).to.include({ hasOlderHistory: false });
    expect(full.history.map(({ number }) => number)).to.deep.equal(
      Array.from({ length: MAX_EXPORTED_ACTS }, (_, index) => index + 1),
    );
    const { history, has_older_history: isLonger } = jsonOf(await exported(phone)) as Record<string, unknown>;
    const acts = history as { number: number; action: string }[];
    expect(isLonger).to.equal(true);
    expect([acts.length, acts[0]!.number, acts.at(-1)!.number]).to.deep.equal([10_000, 2, 10_001]);
    expect(acts.at(-1)!.action).to.equal("exported");
  });

  it("has the open sessions and the latest of the others, 1,000 in all, and says whether there are older ones", async () => {
    const { id, phone, sessionId } = await owner();
    const fill = (count: number) =>
      run(
        `INSERT INTO sessions (id, user_id, refresh_id, created_at, expires_at, revoked_at, client, address)
         SELECT gen_random_uuid(), $1, gen_random_uuid(), at, at + interval '7 days', at, 'n' || n, ''
         FROM generate_series(1, $2::int) AS n, LATERAL (SELECT now() + n * interval '1 s' AS at) AS times`,
        [id, count],
      );
    await fill(MAX_EXPORTED_SESSIONS - 1);
    const full = await exported(phone);
    expect(full).to.include({ hasOlderSessions: false });
    expect(full.sessions).to.have.length(MAX_EXPORTED_SESSIONS);
    await fill(1);
    const copy = jsonOf(await exported(phone)) as Record<string, unknown>;
    expect(copy.has_older_sessions).to.equal(true);
    const sessions = copy.sessions as { id: string; client: string; created_at: string }[];
    expect(sessions).to.have.length(MAX_EXPORTED_SESSIONS);
    expect(sessions[0]!.id).to.equal(sessionId);
    const times = sessions.map(({ created_at: at }) => Date.parse(at));
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
  });

  it("shows one moment, whatever others do meanwhile", async () => {
    const { phone, sessionId } = await owner();
    const processes = [context.app, context.anotherProcess()];
    const calls = Array.from({ length: 8 }, (_, index) =>
      exported(phone, COMMAND_LINE, processes[index % 2]),
    );
    const change = setAccountActive(context.anotherProcess(), {
      phone,
      isActive: false,
      actor: COMMAND_LINE,
    });
    const copies = await Promise.all([...calls, change.then(() => exported(phone))]);
    const states = copies.map(({ user, sessions, history }) => [
      user.deactivated_at !== null,
      sessions.find(({ id }) => id === sessionId)!.revoked_at !== null,
      history.some(({ action }) => action === "deactivated"),
    ]);
    for (const state of states) expect(state.every((each) => each === state[0])).to.equal(true);
    expect(states.at(-1)).to.deep.equal([true, true, true]);
    const seen = copies.map(({ history }) => history.filter(({ action }) => action === "exported").length);
    expect(new Set(seen)).to.deep.equal(new Set(Array.from({ length: 9 }, (_, index) => index)));
  });
});
