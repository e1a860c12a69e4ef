import { expect } from "chai";
import { CodePurpose } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { toAccountPageMessage } from "../../src/accounts/account-page-message.js";
import { getAccount } from "../../src/accounts/get-account.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setAccountRole } from "../../src/accounts/set-account-role.js";
import { COMMAND_LINE, type Role } from "../../src/audit/act.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import { requestSecondFactor } from "../../src/auth/request-second-factor.js";
import { requestPasswordReset } from "../../src/auth/reset-password.js";
import type { DomainError } from "../../src/errors.js";
import { confirmPhoneChange, requestPhoneChange } from "../../src/profile/change-phone.js";
import { SECOND_FACTOR_TTL_SECONDS } from "../../src/sessions/second-factor.js";
import type { User } from "../../src/users/user.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { laterActsOf } from "../audit/stored-history.js";
import { rejection, rejectionMessage, rejectionReason } from "../support/rejection.js";
import {
  confirmStep,
  hasPassed,
  openSession,
  type Session,
  secondFactorCode,
} from "../support/second-factor.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

const wrongOf = (code: string) => (code === "000000" ? "000001" : "000000");

describe("the second step of an administrator's sign-in", () => {
  const context = useTestContext({ environment: { ADMIN_SECOND_FACTOR: "sms" } });
  const run = <Row extends object>(text: string, values: unknown[] = []) =>
    context.testDatabase.database.run<Row>(null, { name: "test_second_factor", text, isAdHoc: true }, values);

  const setRole = (phone: string, role: Role) =>
    setAccountRole(context.app, { phone, role, reason: "a test", actor: COMMAND_LINE });
  async function administrator(): Promise<User> {
    return (await setRole((await activeUser(context)).phone, "STAFF")).account;
  }
  const open = (phone: string) => openSession(context, phone);
  async function withCode(): Promise<{ session: Session; code: string }> {
    const session = await open((await administrator()).phone);
    return { session, code: await secondFactorCode(context, session) };
  }
  /** An administrator's session that has passed the step. */
  async function passed(): Promise<Session> {
    const { session, code } = await withCode();
    await confirmStep(context.app, session, code);
    return session;
  }

  it("is asked for at the sign-in, and passed with the code from the SMS, which has no link", async () => {
    const session = await open((await administrator()).phone);
    expect(session.needsSecondFactor).to.equal(true);
    expect(await hasPassed(context.app, session)).to.equal(false);

    const code = await secondFactorCode(context, session);
    const { phone, id } = session.user;
    expect(context.outbox.to(phone).at(-1)).to.deep.equal({
      ...{ kind: "verification", phone, code, operation: "second_factor" },
    });
    const messages = context.outbox.to(phone).length;
    const { expiresAt } = await confirmStep(context.app, session, code);
    expect(await hasPassed(context.app, session)).to.equal(true);
    expect(expiresAt.getTime() - Date.now()).to.be.closeTo(SECOND_FACTOR_TTL_SECONDS * 1000, 10_000);
    await context.settle();
    expect(context.outbox.to(phone)).to.have.length(messages);
    expect((await laterActsOf(context.app, id)).at(-1)).to.deep.include({
      ...{ action: "second_factor_passed", actor: { kind: "owner", id: null } },
      ...{ sessionId: session.principal.sessionId, sessionCount: null },
    });
  });

  it("counts in its own session alone, and on through its refreshes", async () => {
    const session = await passed();
    const other = await open(session.user.phone);
    expect(other.needsSecondFactor).to.equal(true);
    expect(await hasPassed(context.app, other)).to.equal(false);
    const tokens = await refreshSession(context.app, { refresh: session.tokens.refresh });
    expect(await hasPassed(context.app, { tokens })).to.equal(true);
  });

  it("is nothing for customers", async () => {
    const session = await open((await activeUser(context)).phone);
    expect(session.needsSecondFactor).to.equal(false);
    const { user, sessionId } = session.principal;
    const request = requestSecondFactor(context.app, { ...caller, user, sessionId });
    expect(await rejectionReason(request)).to.equal("ADMIN_REQUIRED");
    expect(await rejectionReason(confirmStep(context.app, session, "123456"))).to.equal("ADMIN_REQUIRED");
  });

  it("is not asked for where the configuration doesn't demand it, and can be passed all the same", async () => {
    const app = { ...context.app, demandsSecondFactor: false };
    const session = await openSession({ app }, (await administrator()).phone);
    expect(session.needsSecondFactor).to.equal(false);
    await confirmStep(app, session, await secondFactorCode(context, session));
    expect(await hasPassed(app, session)).to.equal(true);
  });

  describe("has a code that", () => {
    it("works once, of 100 callers at once in three processes", async () => {
      const { session, code } = await withCode();
      const apps = [context.app, context.anotherProcess(), context.anotherProcess()];
      const results = await atOnce(100, (index) => confirmStep(apps[index % 3]!, session, code));
      expect(results.filter((result) => typeof result === "object")).to.have.length(1);
      const refusals = new Set(results.filter((result) => typeof result === "string"));
      expect([...refusals].filter((reason) => !/^CODE_(INCORRECT|LOCKED)$/.test(String(reason)))).to.be.empty;
      expect(await rejectionReason(confirmStep(context.app, session, code))).to.equal("CODE_INCORRECT");
      const acts = await laterActsOf(context.app, session.user.id);
      expect(acts.filter(({ action }) => action === "second_factor_passed")).to.have.length(1);
    });

    it("is compared five times, of 100 guesses at once in three processes", async () => {
      const { session, code } = await withCode();
      const apps = [context.app, context.anotherProcess(), context.anotherProcess()];
      const results = await atOnce(100, (index) =>
        rejectionReason(confirmStep(apps[index % 3]!, session, wrongOf(code))),
      );
      expect(results.filter((reason) => reason === "CODE_INCORRECT")).to.have.length(5);
      expect(results.filter((reason) => reason === "CODE_LOCKED")).to.have.length(95);
      expect(await rejectionReason(confirmStep(context.app, session, code))).to.equal("CODE_LOCKED");
      expect(await hasPassed(context.app, session)).to.equal(false);

      context.clock.advance(60);
      await confirmStep(context.app, session, await secondFactorCode(context, session));
    });

    it("has one count of attempts with those sent before it, each of which works", async () => {
      const { session, code: first } = await withCode();
      for (let attempt = 1; attempt <= 4; attempt += 1) {
        const error = await rejection(confirmStep(context.app, session, wrongOf(first)));
        expect((error as DomainError).challenge).to.include({ attemptsLeft: 5 - attempt });
      }
      context.clock.advance(60);
      const second = await secondFactorCode(context, session);
      await confirmStep(context.app, session, first);
      expect(await rejectionReason(confirmStep(context.app, session, second))).to.equal("CODE_INCORRECT");
    });

    it("expires after ten minutes", async () => {
      const { session, code } = await withCode();
      context.clock.advance(600);
      expect(await rejectionReason(confirmStep(context.app, session, code))).to.equal("CODE_INCORRECT");
    });

    it("is another account's, and proves nothing for this one", async () => {
      const [{ code }, { session }] = [await withCode(), await withCode()];
      expect(await rejectionReason(confirmStep(context.app, session, code))).to.equal("CODE_INCORRECT");
    });

    it("can be asked for once a minute and network, and five times a day, with the true challenge", async () => {
      const { session } = await withCode();
      const error = await rejection(secondFactorCode(context, session));
      expect(error).to.include({ reason: "RATE_LIMITED" });
      expect((error as DomainError).challenge).to.include({ attemptsLeft: 5, sendsLeft: 4 });
      for (let sent = 1; sent < 5; sent += 1) {
        context.clock.advance(60);
        await secondFactorCode(context, session);
      }
      context.clock.advance(60);
      expect(await rejectionReason(secondFactorCode(context, session))).to.equal("RATE_LIMITED");
      context.clock.advance(86_400);
    });

    it("leaves at the reserve of the number, which is for its signed-in owner", async () => {
      const { session } = await withCode();
      const { phone } = session.user;
      const sentFor = (operation: string) =>
        context.outbox.to(phone).filter((each) => "operation" in each && each.operation === operation).length;
      for (let network = 1; network <= 9; network += 1) {
        requestPasswordReset(context.app, { phone, callerAddress: `203.0.${network}.1` });
        await context.settle();
      }
      // With the codes of the activation and of this step, seven: the rest is the reserve.
      expect(sentFor("password_reset")).to.equal(5);
      context.clock.advance(60);
      await secondFactorCode(context, session);
      expect(sentFor("second_factor")).to.equal(2);
    });

    it("is shown to administrators while it works, without its digits", async () => {
      const { session } = await withCode();
      const reader = (await passed()).principal;
      const page = await getAccount(context.app, { phone: session.user.phone, reader });
      expect(toAccountPageMessage(page).codes).to.have.length(1);
      expect(toAccountPageMessage(page).codes?.[0]).to.deep.include({
        ...{ purpose: CodePurpose.SECOND_FACTOR, phone: session.user.phone, attemptsLeft: 5 },
      });
    });

    it("isn't used up by a message that can't be sent", async () => {
      const session = await open((await administrator()).phone);
      context.outbox.failing = true;
      expect(await rejectionReason(secondFactorCode(context, session))).to.equal("SMS_UNAVAILABLE");
      context.outbox.failing = false;
      await confirmStep(context.app, session, await secondFactorCode(context, session));
    });

    it("is void after the account was deactivated", async () => {
      const { session, code } = await withCode();
      const { phone } = session.user;
      for (const isActive of [false, true]) {
        await setAccountActive(context.app, { phone, isActive, actor: COMMAND_LINE });
      }
      const next = await open(phone);
      expect(await rejectionReason(confirmStep(context.app, next, code))).to.equal("CODE_INCORRECT");
    });
  });

  it("is needed to change the number, which the next code goes to", async () => {
    const { session, code } = await withCode();
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    const ask = (app = context.app) =>
      hasPassed(app, session).then((hasSecondFactor) => {
        const { sessionId, user, sessionAgeSeconds } = session.principal;
        const own = { ...caller, userId: user.id, sessionId, sessionAgeSeconds, hasSecondFactor };
        return requestPhoneChange(app, { ...own, newPhone: phone, currentPassword: testPassword });
      });
    expect(await rejectionMessage(ask())).to.equal("Confirmez votre connexion avec le code envoyé par SMS.");
    expect(context.outbox.to(phone)).to.deep.equal([]);
    expect(context.outbox.to(session.user.phone).at(-1)).to.include({ operation: "second_factor" });
    await ask({ ...context.app, demandsSecondFactor: false });
    await confirmStep(context.app, session, code);
    context.clock.advance(60);
    await ask();
  });

  describe("can't be passed at the number of a change that the account asked for before it got rights:", () => {
    /** A customer who has asked for a phone change, and what confirms it. */
    async function changing(): Promise<{ phone: string; confirm(): Promise<string> }> {
      const { phone } = await activeUser(context);
      const { sessionId, sessionAgeSeconds, user } = (await open(phone)).principal;
      const next = newPhone();
      await addEntry(context.app, { phone: next, notes: "", isActive: true, actor: null });
      const own = { ...caller, userId: user.id, sessionId, sessionAgeSeconds, currentPassword: "" };
      await requestPhoneChange(context.app, { ...own, newPhone: next });
      const link = { token: context.outbox.tokenFor(next), code: context.outbox.codeFor(next) };
      return { phone, confirm: () => confirmPhoneChange(context.app, { ...link, session: null }) };
    }

    it("it is void then", async () => {
      for (const role of ["STAFF", "SUPERUSER"] as const) {
        const { phone, confirm } = await changing();
        await setRole(phone, role);
        expect(await rejectionReason(confirm()), role).to.equal("LINK_REJECTED");
      }
    });

    it("of the two at once in two processes, one fails", async () => {
      for (let round = 0; round < 8; round += 1) {
        const { phone, confirm } = await changing();
        const other = context.anotherProcess();
        const promotion = { phone, role: "STAFF", reason: "a race", actor: COMMAND_LINE } as const;
        const outcomes = await Promise.allSettled([confirm(), setAccountRole(other, promotion)]);
        expect(outcomes.map(({ status }) => status).sort()).to.deep.equal(["fulfilled", "rejected"]);
      }
    });
  });

  describe("is over", () => {
    it("after 30 days", async () => {
      const session = await passed();
      const age = (seconds: number) =>
        run(
          `UPDATE sessions SET second_factor_at = clock_timestamp() - $2::float8 * interval '1 s' WHERE id = $1`,
          [session.principal.sessionId, seconds],
        );
      await age(SECOND_FACTOR_TTL_SECONDS - 5);
      expect(await hasPassed(context.app, session)).to.equal(true);
      await age(SECOND_FACTOR_TTL_SECONDS);
      expect(await hasPassed(context.app, session)).to.equal(false);
    });

    it("when the number changes, in the session that stays", async () => {
      const session = await passed();
      const { user, sessionId } = session.principal;
      const phone = newPhone();
      await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
      const fresh = { ...caller, sessionAgeSeconds: 0, currentPassword: "", hasSecondFactor: true };
      await requestPhoneChange(context.app, { ...fresh, userId: user.id, sessionId, newPhone: phone });
      const link = { token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) };
      const own = { id: sessionId, userId: user.id, address: caller.callerAddress };
      await confirmPhoneChange(context.app, { ...link, session: own });
      expect(await hasPassed(context.app, session)).to.equal(false);

      const principal = await context.app.verifyAccessToken(session.tokens.access);
      const renewed = { ...session, principal };
      context.clock.advance(60);
      await confirmStep(context.app, renewed, await secondFactorCode(context, renewed));
      expect(await hasPassed(context.app, session)).to.equal(true);
    });

    it("when the account loses rights, whatever program takes them, and stays so when it gets them back", async () => {
      for (const [rights, lower] of [
        ["is_staff = true, is_superuser = true", "is_superuser = false"],
        ["is_staff = true", "is_staff = false"],
        ["is_staff = false, is_superuser = true", "is_staff = true, is_superuser = false"],
      ]) {
        const session = await passed();
        const set = (values: string) => run(`UPDATE users SET ${values} WHERE id = $1`, [session.user.id]);
        await set(rights!);
        context.clock.advance(60);
        await confirmStep(context.app, session, await secondFactorCode(context, session));
        expect(await hasPassed(context.app, session), rights).to.equal(true);
        await set(lower!);
        await set(rights!);
        expect(await hasPassed(context.app, session), rights).to.equal(false);
      }
    });

    it("but not when the account gets more rights", async () => {
      const session = await passed();
      await setRole(session.user.phone, "SUPERUSER");
      expect(await hasPassed(context.app, session)).to.equal(true);
    });
  });

  describe("is undone, and its code still works,", () => {
    /** Runs `meanwhile` between the comparison of the code and its transaction. */
    const during = (meanwhile: () => Promise<unknown>) => ({
      ...context.app,
      codes: {
        ...context.app.codes,
        async consume(...input: Parameters<typeof context.app.codes.consume>) {
          await meanwhile();
          return context.app.codes.consume(...input);
        },
      },
    });

    it("when the rights are taken meanwhile", async () => {
      const { session, code } = await withCode();
      const set = (isStaff: boolean) =>
        run("UPDATE users SET is_staff = $2 WHERE id = $1", [session.user.id, isStaff]);
      const app = during(() => set(false));
      expect(await rejectionReason(confirmStep(app, session, code))).to.equal("UNAUTHENTICATED");
      await set(true);
      expect(await hasPassed(context.app, session)).to.equal(false);
      await confirmStep(context.app, session, code);
    });

    it("when the session ends meanwhile", async () => {
      const { session, code } = await withCode();
      const { sessionId, user } = session.principal;
      const app = during(() => context.app.sessions.endOne(null, user.id, sessionId));
      expect(await rejectionReason(confirmStep(app, session, code))).to.equal("UNAUTHENTICATED");
      await confirmStep(context.app, await open(user.phone), code);
    });

    it("but not when the role is taken, which voids the code too", async () => {
      const { session, code } = await withCode();
      const { phone } = session.user;
      const app = during(() => setRole(phone, "CUSTOMER"));
      expect(await rejectionReason(confirmStep(app, session, code))).to.equal("CODE_INCORRECT");
      await setRole(phone, "STAFF");
      const next = await open(phone);
      expect(await rejectionReason(confirmStep(context.app, next, code))).to.equal("CODE_INCORRECT");
      expect(next.needsSecondFactor).to.equal(true);
    });
  });

  it("is never passed by an account that is demoted at the same time", async () => {
    for (let round = 0; round < 8; round += 1) {
      const { session, code } = await withCode();
      const { phone } = session.user;
      const other = context.anotherProcess();
      await Promise.allSettled([
        confirmStep(context.app, session, code),
        setAccountRole(other, { phone, role: "CUSTOMER", reason: "a race", actor: COMMAND_LINE }),
      ]);
      expect(await rejectionReason(context.app.verifyAccessToken(session.tokens.access))).to.equal(
        "UNAUTHENTICATED",
      );
      await setRole(phone, "STAFF");
      expect((await open(phone)).needsSecondFactor).to.equal(true);
    }
  });
});
