import { expect } from "chai";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { activate } from "../../src/auth/activate.js";
import { login } from "../../src/auth/login.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import { register } from "../../src/auth/register.js";
import { confirmPasswordReset, requestPasswordReset } from "../../src/auth/reset-password.js";
import { DomainError } from "../../src/errors.js";
import { deleteExpired } from "../../src/jobs/delete-expired.js";
import { cancelPhoneChange } from "../../src/profile/cancel-phone-change.js";
import { confirmPhoneChange, requestPhoneChange } from "../../src/profile/change-phone.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { laterActsOf } from "../audit/stored-history.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  newSession,
  person,
  registered,
  signedIn,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

const DAY = 86_400;
const newPassword = "Nouveau-Secret-9";

describe("the links that stop or undo a phone change", () => {
  const context = useTestContext();
  // The times of phone changes are the database's, so the clock starts at its time.
  before(() => context.passTime(0));

  async function allowedPhone(): Promise<string> {
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    return phone;
  }

  async function ask(userId: number, sessionId: string, phone: string) {
    const fresh = { ...caller, sessionAgeSeconds: 0, currentPassword: "" };
    await requestPhoneChange(context.app, { ...fresh, userId, sessionId, newPhone: phone });
    await context.settle();
    return { token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone), session: null };
  }

  /** An account with a session that has asked for another number. */
  async function asked() {
    const { id, phone: old } = await activeUser(context);
    const sessionId = await newSession(context, old);
    const wanted = await allowedPhone();
    const proof = await ask(id, sessionId, wanted);
    return { id, old, wanted, sessionId, proof, stop: { token: context.outbox.cancelTokenFor(old) } };
  }

  /** An account whose number was changed. */
  async function changed() {
    const request = await asked();
    await confirmPhoneChange(context.app, request.proof);
    await context.settle();
    return { ...request, undo: { token: context.outbox.cancelTokenFor(request.old) } };
  }

  const cancel = (input: { token: string }, app = context.app) =>
    cancelPhoneChange(app, input).then(() => "cancelled");
  const phoneOf = async (id: number) => (await context.app.users.findById(null, id))?.user.phone;

  it("are sent to the old number when the change is asked for and when it is done, each with its own token", async () => {
    const { old, wanted, stop, undo } = await changed();
    const [notice, confirmation] = context.outbox.to(old).slice(-2);
    const page = `${context.config.publicUrl}/account/phone-change?token=`;
    expect(notice).to.include({ kind: "notice", operation: "phone_change" });
    expect(notice && "text" in notice && notice.text)
      .to.include(wanted)
      .and.include(page + stop.token);
    expect(confirmation).to.include({ kind: "confirmation", operation: "phone_change" });
    expect(confirmation && "details" in confirmation && confirmation.details).to.equal(
      `Nouveau numéro: ${wanted}. Si ce n'est pas vous, annulez ce changement sous 24 h: ${page}${undo.token}`,
    );
    expect(undo.token).not.to.equal(stop.token);
    expect(context.outbox.to(wanted).map(({ kind }) => kind)).to.deep.equal(["verification", "confirmation"]);
  });

  it("leave no address known when the change is undone, even to callers who guess meanwhile", async () => {
    const address = "198.51.100.77";
    const { id, wanted, undo } = await changed();
    const { guesses, clock } = context.app;
    await login(context.app, { phone: wanted, password: testPassword, address, device: "" });
    expect(await guesses.knows(null, id, address, clock.now())).to.equal(true);
    const guess = (password: string) => login(context.app, { phone: wanted, password, address, device: "" });
    await atOnce<unknown>(9, (index) => (index === 4 ? cancel(undo) : guess("wrong")));
    expect(await guesses.knows(null, id, address, clock.now())).to.equal(false);
  });

  it("are stored as digests", async () => {
    const { stop } = await asked();
    const rows = await context.testDatabase.database.models.phoneChanges.findAll({ raw: true });
    expect(JSON.stringify(rows)).not.to.include(stop.token);
  });

  it("stop a change that was asked for, and leave the rest of the account alone", async () => {
    const { user, tokens } = await signedIn(context);
    const { sessionId } = await context.app.verifyAccessToken(tokens.access);
    const first = await ask(user.id, sessionId, await allowedPhone());
    const second = await ask(user.id, sessionId, await allowedPhone());
    const stop = { token: context.outbox.cancelTokenFor(user.phone) };
    await cancel(stop);
    for (const proof of [first, second]) {
      expect(await rejectionReason(confirmPhoneChange(context.app, proof))).to.equal("LINK_REJECTED");
    }
    await refreshSession(context.app, { refresh: tokens.refresh });
    await login(context.app, { phone: user.phone, password: testPassword });
    expect((await laterActsOf(context.app, user.id)).map(({ action }) => action)).to.deep.equal([
      "phone_change_cancelled",
    ]);
    expect(await rejectionReason(cancel(stop))).to.equal("LINK_REJECTED");
  });

  it("undo a change, end every session, and void the password until it is reset by SMS", async () => {
    for (const which of ["stop", "undo"] as const) {
      const change = await changed();
      const { id, old, wanted } = change;
      const { tokens } = await login(context.app, { phone: wanted, password: testPassword });
      await cancel(change[which]);
      expect(await phoneOf(id)).to.equal(old);
      expect(await rejectionReason(refreshSession(context.app, { refresh: tokens.refresh }))).to.equal(
        "REFRESH_REJECTED",
      );
      for (const phone of [old, wanted]) {
        const attempt = login(context.app, { phone, password: testPassword });
        expect(await rejectionReason(attempt)).to.equal("CREDENTIALS_REJECTED");
      }
      requestPasswordReset(context.app, { ...caller, phone: old });
      await context.settle();
      const proof = { token: context.outbox.tokenFor(old), code: context.outbox.codeFor(old) };
      await confirmPasswordReset(context.app, { ...proof, newPassword, newPasswordConfirm: newPassword });
      expect((await login(context.app, { phone: old, password: newPassword })).user.id).to.equal(id);
      const undone = (await laterActsOf(context.app, id)).find(
        ({ action }) => action === "phone_change_undone",
      );
      expect(undone).to.deep.include({ before: { phone: wanted }, after: { phone: old }, sessionCount: 1 });
    }
  });

  it("void the codes that the new number was sent", async () => {
    const { wanted, undo } = await changed();
    requestPasswordReset(context.app, { ...caller, phone: wanted });
    await context.settle();
    const proof = { token: context.outbox.tokenFor(wanted), code: context.outbox.codeFor(wanted) };
    await cancel(undo);
    const reset = confirmPasswordReset(context.app, {
      ...proof,
      newPassword,
      newPasswordConfirm: newPassword,
    });
    expect(await rejectionReason(reset)).to.equal("LINK_REJECTED");
  });

  it("put the number back also when an administrator has deactivated the account, which stays so", async () => {
    const { id, old, wanted, undo } = await changed();
    await setAccountActive(context.app, { phone: wanted, isActive: false, actor: COMMAND_LINE });
    await cancel(undo);
    expect((await context.app.users.findById(null, id))?.user).to.include({ phone: old, isActive: false });
  });

  it("work for 24 hours after the change", async () => {
    const early = await changed();
    const late = await changed();
    await context.passTime(DAY - 60);
    await cancel(early.undo);
    await context.passTime(120);
    for (const link of [late.stop, late.undo]) {
      expect(await rejectionReason(cancel(link))).to.equal("LINK_REJECTED");
    }
    expect(await phoneOf(late.id)).to.equal(late.wanted);
  });

  it("stop a change for 24 hours after it was asked for", async () => {
    const early = await asked();
    const late = await asked();
    await context.passTime(DAY - 60);
    await cancel(early.stop);
    await context.passTime(120);
    expect(await rejectionReason(cancel(late.stop))).to.equal("LINK_REJECTED");
  });

  it("are deleted two days after their end, and not before", async () => {
    const { phoneChanges } = context.testDatabase.database.models;
    const pending = await asked();
    const done = await changed();
    const left = async ({ id }: { id: number }) => phoneChanges.count({ where: { user_id: id } });
    const counts = async () => [await left(pending), await left(done)];
    for (const [seconds, expected] of [
      [2 * DAY - 60, [1, 2]],
      [120, [0, 2]],
      [DAY - 120, [0, 2]],
      [120, [0, 0]],
    ] as const) {
      await context.passTime(seconds);
      await deleteExpired(context.app);
      expect(await counts()).to.deep.equal(expected);
    }
  });

  it("are refused when they are unknown or of another operation", async () => {
    const { proof } = await asked();
    for (const [token, reason] of [
      ["", "TOKEN_REQUIRED"],
      ["x", "TOKEN_INVALID"],
      ["5f0c1e9a-7d3b-4b52-9f0e-2c8a6d1b4e77", "LINK_REJECTED"],
      [proof.token, "LINK_REJECTED"],
    ] as const) {
      expect(await rejectionReason(cancel({ token }))).to.equal(reason);
    }
  });

  it("do not authorise a phone change", async () => {
    const { stop, proof } = await asked();
    const attempt = confirmPhoneChange(context.app, { ...proof, token: stop.token });
    expect(await rejectionReason(attempt)).to.equal("LINK_REJECTED");
  });

  it("undo a change once when 100 callers use them at once", async () => {
    const { id, old, stop, undo } = await changed();
    const processes = [context.app, context.anotherProcess()];
    const links = [stop, undo];
    const results = await atOnce(100, (index) => cancel(links[index % 2]!, processes[index % 2]));
    expect(results.filter((result) => result === "cancelled")).to.have.length(1);
    expect(results.filter((result) => result === "LINK_REJECTED")).to.have.length(99);
    expect(await phoneOf(id)).to.equal(old);
    const acts = (await laterActsOf(context.app, id)).map(({ action }) => action);
    expect(acts).to.deep.equal(["phone_changed", "phone_change_undone"]);
  });

  it("leave the account its old number when change and link are confirmed at once", async () => {
    const other = context.anotherProcess();
    for (let round = 0; round < 10; round++) {
      const { id, old, proof, stop } = await asked();
      const [confirmed, cancelled] = await atOnce(2, (index) =>
        index === round % 2 ? confirmPhoneChange(context.app, proof) : cancel(stop, other),
      ).then((results) => (round % 2 === 0 ? results : results.reverse()));
      expect(cancelled).to.equal("cancelled");
      expect(await phoneOf(id)).to.equal(old);
      const acts = (await laterActsOf(context.app, id)).map(({ action }) => action);
      if (confirmed === "LINK_REJECTED") expect(acts).to.deep.equal(["phone_change_cancelled"]);
      else expect(acts).to.deep.equal(["phone_changed", "phone_change_undone"]);
    }
  });

  it("keep the old number from everybody else for 24 hours", async () => {
    const { old } = await changed();
    expect(await rejectionReason(register(context.app, { ...person, phone: old }))).to.equal("PHONE_TAKEN");
    const other = await activeUser(context);
    const sessionId = await newSession(context, other.phone);
    const error = await rejection(ask(other.id, sessionId, old));
    expect(error).to.be.instanceOf(DomainError).and.include({ reason: "PHONE_TAKEN" });
    await context.passTime(DAY + 1);
    await register(context.app, { ...person, phone: old });
    await activate(context.app, { ...caller, phone: old, code: context.outbox.codeFor(old) });
  });

  it("keep the old number from a registration that waited, and from the version before", async () => {
    const { old } = await changed();
    const { database } = context.testDatabase;
    const phone = await registered(context);
    const code = context.outbox.codeFor(phone);
    await database.models.registrations.update({ phone: old }, { where: { phone }, transaction: null });
    expect(await rejectionReason(activate(context.app, { ...caller, phone: old, code }))).to.equal(
      "PHONE_TAKEN",
    );
    const row = { phone: old, firstName: "", lastName: "", email: null, address: null, apartmentName: null };
    const created = context.app.users.create(null, {
      ...row,
      passwordHash: "",
      dateJoined: context.clock.now(),
    });
    expect(await rejectionReason(created)).to.equal("PHONE_TAKEN");
  });

  it("keep the old number from an account that writes it while the change is being confirmed", async () => {
    const { id, old } = await activeUser(context).then(({ id, phone }) => ({ id, old: phone }));
    const other = await activeUser(context);
    const wanted = newPhone();
    const { database, users, phoneChanges } = context.app;
    const link = {
      id: context.app.random.uuid(),
      userId: id,
      oldPhone: old,
      tokenDigest: Buffer.from(wanted),
    };
    let writing: Promise<unknown> = Promise.resolve();
    await database.transaction(async (tx) => {
      await users.setPhone(tx, id, wanted, "new_phone");
      // Waits for this transaction, and began before the number was reserved.
      writing = rejectionReason(context.anotherProcess().users.setPhone(null, other.id, old, "new_phone"));
      await waitForBlocked();
      await phoneChanges.confirm(tx, link, DAY);
    });
    expect(await writing).to.equal("PHONE_TAKEN");
  });

  /** Resolves when a statement of the test's database waits for another transaction. */
  async function waitForBlocked(): Promise<void> {
    const blocked = {
      name: "test_blocked",
      text: `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      isAdHoc: true,
    };
    while ((await context.app.database.run(null, blocked, [])).length === 0);
  }

  it("keep the old number from a registration that is made while the change is being confirmed", async () => {
    const other = context.anotherProcess();
    for (let round = 0; round < 10; round++) {
      const { old, wanted, proof } = await asked();
      const results = await atOnce(2, (index) =>
        index === round % 2
          ? confirmPhoneChange(context.app, proof)
          : register(other, { ...person, phone: old }).then(() => "registered"),
      );
      expect(results).to.have.members([wanted, "PHONE_TAKEN"]);
    }
  });

  it("keep the account from changing its number again for 24 hours", async () => {
    const { id, wanted } = await changed();
    const sessionId = await newSession(context, wanted);
    const next = await allowedPhone();
    await context.passTime(3600);
    const error = await rejection(ask(id, sessionId, next));
    expect(error).to.include({ reason: "RATE_LIMITED" });
    expect((error as DomainError).retryAfterSeconds).to.be.within(DAY - 3660, DAY - 3600);
    await context.passTime(DAY - 3600);
    await ask(id, sessionId, next);
  });

  it("are sent five times in 24 hours for one account, also to callers at once", async () => {
    const { id, phone: old } = await activeUser(context);
    const sessionId = await newSession(context, old);
    const wanted = await Promise.all(Array.from({ length: 12 }, allowedPhone));
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(12, (index) =>
      requestPhoneChange(processes[index % 2]!, {
        ...{
          ...caller,
          userId: id,
          sessionId,
          sessionAgeSeconds: 0,
          currentPassword: "",
          newPhone: wanted[index]!,
        },
      }).then(() => "sent"),
    );
    expect(results.filter((result) => result === "sent")).to.have.length(5);
    expect(results.filter((result) => result === "RATE_LIMITED")).to.have.length(7);
    await context.settle();
    expect(context.outbox.to(old).filter(({ kind }) => kind === "notice")).to.have.length(5);
    await context.passTime(DAY + 1);
    const again = await newSession(context, old);
    await ask(id, again, wanted[0]!);
  });

  it("are not sent, and not counted, when the code can't be sent", async () => {
    const { id, phone: old } = await activeUser(context);
    const sessionId = await newSession(context, old);
    const wanted = await allowedPhone();
    context.outbox.failing = true;
    for (let attempt = 0; attempt < 6; attempt++) {
      expect(await rejectionReason(ask(id, sessionId, wanted))).to.equal("SMS_UNAVAILABLE");
    }
    context.outbox.failing = false;
    await ask(id, sessionId, wanted);
    expect(context.outbox.to(old).filter(({ kind }) => kind === "notice")).to.have.length(1);
  });
});
