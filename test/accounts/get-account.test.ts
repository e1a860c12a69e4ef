import { expect } from "chai";
import { getAccount, readAccountPage } from "../../src/accounts/get-account.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { activate } from "../../src/auth/activate.js";
import { register } from "../../src/auth/register.js";
import { resendCode } from "../../src/auth/resend-code.js";
import { confirmPasswordReset, requestPasswordReset } from "../../src/auth/reset-password.js";
import { networkKey } from "../../src/system/address-key.js";
import { addSeconds } from "../../src/system/clock.js";
import { removeEntry } from "../../src/whitelist/remove-entry.js";
import { laterActsOf, verified } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newSession,
  person,
  registered,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

const NETWORK = networkKey(caller.callerAddress);

describe("the page of a phone number", () => {
  const context = useTestContext();

  /** An administrator who has signed in. */
  async function staff() {
    const { user, tokens } = await administrator(context);
    const { sessionId } = await context.app.verifyAccessToken(tokens.access);
    return { user, sessionId };
  }
  const page = (phone: string) => readAccountPage(context.app, null, { phone, reader: null });
  const fail = (phone: string) => rejectionReason(page(phone));

  it("has the account, its whitelist entry, its open sessions, and the codes sent to the number", async () => {
    const { clock } = context;
    const user = await activeUser(context);
    await newSession(context, user.phone);
    await newSession(context, user.phone);
    const registeredAt = clock.now();
    clock.advance(60);
    requestPasswordReset(context.app, { ...caller, phone: user.phone });
    await context.settle();
    const found = await page(` ${user.phone.slice(1)} `);
    const { account, whitelistItem, openSessionCount, sends, codes } = found;
    expect(account).to.deep.include({ id: user.id, phone: user.phone, deletionAt: null });
    expect(account).not.to.have.any.keys("passwordHash");
    expect(whitelistItem).to.deep.include({ phone: user.phone, isActive: true });
    expect(openSessionCount).to.equal(2);
    const sent = { network: NETWORK, delivery: "accepted" };
    expect(sends.map(({ id: _, ...send }) => send)).to.deep.equal([
      { ...sent, purpose: "password_reset", sentAt: clock.now() },
      { ...sent, purpose: "activation", sentAt: registeredAt },
    ]);
    const issuedAt = clock.now();
    const { phone } = user;
    const code = { purpose: "password_reset", phone, issuedAt, expiresAt: addSeconds(issuedAt, 600) };
    expect(codes).to.deep.equal([{ ...code, attemptsLeft: 5 }]);
    expect(found).to.deep.include({ isSmsPaused: false, isCountryAllowed: true });
    expect(found.waiting.registrations).to.deep.equal([]);
  });

  it("says when each network may have another code sent, and how many", async () => {
    const { app, clock } = context;
    const phone = await registered(context);
    await register(app, { ...person, phone, callerAddress: "203.0.113.9" });
    const first = clock.now();
    clock.advance(60);
    await resendCode(app, { ...caller, phone });
    const { nextSends } = await page(phone);
    expect(nextSends).to.deep.equal([
      { purpose: "activation", network: NETWORK, resendAt: addSeconds(first, 120), sendsLeft: 3 },
      { purpose: "activation", network: "203.0.113.0/24", resendAt: addSeconds(first, 60), sendsLeft: 4 },
    ]);
  });

  it("shows a code without attempts as locked, and no code that was used or has expired", async () => {
    const { app, clock, outbox } = context;
    const { phone } = await activeUser(context);
    const reset = async () => {
      clock.advance(60);
      requestPasswordReset(app, { ...caller, phone });
      await context.settle();
      return outbox.tokenFor(phone);
    };
    const passwords = { newPassword: testPassword, newPasswordConfirm: testPassword };
    const confirm = (token: string, code: string) => confirmPasswordReset(app, { ...passwords, token, code });
    const token = await reset();
    for (let attempt = 1; attempt <= 2; attempt += 1) await rejection(confirm(token, "x"));
    expect((await page(phone)).codes.map(({ attemptsLeft }) => attemptsLeft)).to.deep.equal([3]);
    for (let attempt = 1; attempt <= 3; attempt += 1) await rejection(confirm(token, "x"));
    expect((await page(phone)).codes.map(({ attemptsLeft }) => attemptsLeft)).to.deep.equal([0]);
    await reset();
    expect((await page(phone)).codes.map(({ attemptsLeft }) => attemptsLeft)).to.deep.equal([5]);
    clock.advance(600);
    expect((await page(phone)).codes).to.deep.equal([]);
  });

  it("has the registrations that wait for a number without an account, newest first", async () => {
    const { app, clock } = context;
    const phone = await registered(context);
    const createdAt = clock.now();
    await rejection(activate(app, { ...caller, phone, code: "x" }));
    clock.advance(60);
    await resendCode(app, { ...caller, phone });
    await register(app, { ...person, phone, firstName: "Ada", callerAddress: "203.0.113.9" });
    const { account, openSessionCount, codes, waiting } = await page(phone);
    expect({ account, openSessionCount, codes }).to.deep.equal({
      account: null,
      openSessionCount: 0,
      codes: [],
    });
    const period = (at: Date) => ({ issuedAt: at, expiresAt: addSeconds(at, 600) });
    const now = clock.now();
    expect(waiting.registrations).to.deep.equal([
      {
        ...{ firstName: "Ada", lastName: "Doe", createdAt: now, expiresAt: addSeconds(now, 86_400) },
        ...{ network: "203.0.113.9", attemptsLeft: { named: 5, other: 5 }, codes: [period(now)] },
      },
      {
        ...{ firstName: "John", lastName: "Doe", createdAt, expiresAt: addSeconds(createdAt, 86_400) },
        ...{ network: "127.0.0.1", attemptsLeft: { named: 4, other: 5 } },
        codes: [period(now), period(createdAt)],
      },
    ]);
    expect(waiting.attemptsLeft).to.deep.equal({ named: 49, other: 25 });
    clock.advance(600);
    const [ada] = (await page(phone)).waiting.registrations;
    expect(ada?.attemptsLeft).to.deep.equal({ named: 0, other: 0 });
  });

  it("exists for a number that had a code sent or is on the whitelist, and for no other without an account", async () => {
    const { app, clock } = context;
    const phone = await registered(context);
    await app.database.transaction((tx) => app.registrations.removeAll(tx, phone));
    expect((await page(phone)).sends).to.have.length(1);
    clock.advance(86_400);
    const { account, sends, whitelistItem } = await page(phone);
    expect({ account, sends }).to.deep.equal({ account: null, sends: [] });
    expect(whitelistItem).to.include({ phone });
    await removeEntry(app, { phone, actor: null });
    expect(await fail(phone)).to.equal("ACCOUNT_NOT_FOUND");
    expect(await fail("12")).to.equal("PHONE_LENGTH");
    expect(await fail("")).to.equal("PHONE_REQUIRED");
  });

  it("tells whether messages are paused, and whether the country is allowed", async () => {
    const { phone } = await activeUser(context);
    const { app } = context;
    const smsBudget = { ...app.smsBudget, isPaused: true, countries: ["33"] };
    const found = await readAccountPage({ ...app, smsBudget }, null, { phone, reader: null });
    expect(found).to.include({ isSmsPaused: true, isCountryAllowed: false });
  });

  it("of a superuser is for superusers and the command line alone", async () => {
    const reader = await staff();
    const { id, phone } = await activeUser(context);
    const rights = () => ({ isStaff: false, isSuperuser: true });
    const superuser = await setRights(context.app, { phone, actor: COMMAND_LINE, rights });
    expect(await rejectionReason(getAccount(context.app, { phone, reader }))).to.equal("SUPERUSER_REQUIRED");
    expect((await laterActsOf(context.app, id)).map(({ action }) => action)).to.deep.equal(["role_changed"]);
    expect((await page(phone)).account).to.include({ id });
    const own = await getAccount(context.app, { phone, reader: { ...reader, user: superuser } });
    expect(own.account).to.include({ id });
  });

  it("is recorded when an administrator reads it, and not for the command line", async () => {
    const reader = await staff();
    const { id, phone } = await activeUser(context);
    await page(phone);
    expect(await laterActsOf(context.app, id)).to.deep.equal([]);
    await getAccount(context.app, { phone, reader });
    const [act, ...others] = await laterActsOf(context.app, id);
    const actor = { kind: "administrator", id: reader.user.id };
    expect(act).to.deep.include({ action: "viewed", fields: ["account"], actor, before: null, after: null });
    expect(others).to.deep.equal([]);
    await getAccount(context.app, { phone: await registered(context), reader });
  });

  it("takes seven statements, and two to record it", async () => {
    const reader = await staff();
    const { phone } = await activeUser(context);
    context.statements.length = 0;
    await getAccount(context.app, { phone, reader });
    expect(context.statements.filter((text) => !/^(START|BEGIN|COMMIT|SET)/.test(text))).to.have.length(9);
  });

  it("is not read if that can't be recorded", async () => {
    const reader = await staff();
    const { id, phone } = await activeUser(context);
    const app = { ...context.app, record: () => Promise.reject(new Error("not recorded")) };
    expect(await rejection(getAccount(app, { phone, reader }))).to.include({ message: "not recorded" });
    expect(await laterActsOf(context.app, id)).to.deep.equal([]);
  });

  it("leaves a history that verifies when 50 administrators in two processes read it", async () => {
    const reader = await staff();
    const { id, phone } = await activeUser(context);
    const processes = [context.app, context.anotherProcess()];
    const pages = await atOnce(50, (index) => getAccount(processes[index % 2]!, { phone, reader }));
    expect(pages.filter((found) => typeof found === "string")).to.deep.equal([]);
    expect(await laterActsOf(context.app, id)).to.have.length(50);
    expect((await verified(context.app, id)).problems).to.deep.equal([]);
  });
});
