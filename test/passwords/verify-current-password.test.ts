import { expect } from "chai";
import { clearLimits } from "../../src/accounts/clear-limits.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { deleteExpired } from "../../src/jobs/delete-expired.js";
import {
  type VerifyCurrentPasswordDeps,
  verifyCurrentPassword,
} from "../../src/passwords/verify-current-password.js";
import { laterActsOf } from "../audit/stored-history.js";
import { rejectionReason } from "../support/rejection.js";
import { activeUser, atOnce, newSession, testPassword, useTestContext } from "../support/test-context.js";

const HOUR_SECONDS = 3600;

describe("the current password", () => {
  const context = useTestContext();

  async function session() {
    const { id: userId, phone } = await activeUser(context);
    const sessionId = await newSession(context, phone);
    const verify = (currentPassword: string, app: VerifyCurrentPasswordDeps = context.app) =>
      verifyCurrentPassword(app, { userId, sessionId, currentPassword });
    return {
      userId,
      phone,
      sessionId,
      verify,
      /** Tries wrong ones, all of which are compared. */
      async guess(times: number) {
        for (let made = 0; made < times; made += 1)
          expect(await rejectionReason(verify("wrong"))).to.equal("CURRENT_PASSWORD_INCORRECT");
      },
      async isOpen() {
        return (await context.app.sessions.find(null, sessionId, userId)) !== "ended";
      },
    };
  }

  /** The context with a hasher that fails. */
  const busy = () => ({
    ...context.app,
    hasher: { ...context.app.hasher, verify: () => Promise.reject(new Error("busy")) },
  });

  it("ends the session with the fifth wrong one in a row, a day and an hour after the fourth", async () => {
    const { guess, isOpen } = await session();
    await guess(4);
    await context.passTime(25 * HOUR_SECONDS);
    await deleteExpired(context.app);
    expect(await isOpen()).to.equal(true);
    await guess(1);
    expect(await isOpen()).to.equal(false);
  });

  it("starts the count anew when it is right", async () => {
    const { guess, verify, isOpen } = await session();
    for (let row = 0; row < 2; row += 1) {
      await guess(4);
      await verify(testPassword);
      await context.passTime(25 * HOUR_SECONDS);
    }
    await guess(4);
    expect(await isOpen()).to.equal(true);
    await guess(1);
    expect(await isOpen()).to.equal(false);
  });

  it("counts for its session alone", async () => {
    const { userId, phone, guess, isOpen } = await session();
    const other = await newSession(context, phone);
    await guess(5);
    expect(await isOpen()).to.equal(false);
    const account = await verifyCurrentPassword(context.app, {
      ...{ userId, sessionId: other, currentPassword: testPassword },
    });
    expect(account.user.id).to.equal(userId);
  });

  it("is not counted when it can't be compared", async () => {
    const { guess, verify, isOpen } = await session();
    await guess(4);
    for (let tries = 0; tries < 5; tries += 1) {
      await verify("wrong", busy()).catch((error: Error) => expect(error.message).to.equal("busy"));
    }
    expect(await isOpen()).to.equal(true);
    await verify(testPassword);
  });

  it("ends the session later, if the process that counted the fifth died before it did", async () => {
    const { userId, sessionId, guess, verify, isOpen } = await session();
    await guess(4);
    await context.app.currentPasswords.count(null, { id: sessionId, userId });
    await context.passTime(240);
    expect(await rejectionReason(verify(testPassword))).to.equal("RATE_LIMITED");
    expect(await isOpen()).to.equal(true);
    await context.passTime(120);
    expect(await rejectionReason(verify(testPassword))).to.equal("UNAUTHENTICATED");
    expect(await isOpen()).to.equal(false);
    expect((await laterActsOf(context.app, userId)).map(({ action }) => action)).to.include("session_ended");
  });

  it("is not compared for a session that is over, nor for another account's", async () => {
    const [mine, other] = [await session(), await session()];
    const count = (id: string, userId: number) => context.app.currentPasswords.count(null, { id, userId });
    const nothing = { account: null, guess: null, isOverdue: false };
    expect(await count(mine.sessionId, other.userId)).to.deep.equal(nothing);
    await context.app.sessions.endOne(null, mine.userId, mine.sessionId);
    expect(await count(mine.sessionId, mine.userId)).to.deep.equal(nothing);
    expect(await rejectionReason(mine.verify(testPassword))).to.equal("UNAUTHENTICATED");
  });

  it("is counted at most five times of 20 at once", async () => {
    const { userId, sessionId } = await session();
    const counts = await atOnce(20, () =>
      context.app.currentPasswords.count(null, { id: sessionId, userId }),
    );
    const counted = counts.flatMap((result) => (typeof result === "string" ? result : (result.guess ?? [])));
    expect(counted).to.have.deep.members([1, 2, 3, 4, 5].map((count) => ({ count })));
  });

  it("starts the count anew when an administrator clears the number's limits", async () => {
    const { userId, phone, guess, isOpen } = await session();
    await guess(4);
    await clearLimits(context.app, { phone, reason: "a test", actor: COMMAND_LINE });
    await guess(4);
    expect(await isOpen()).to.equal(true);
    expect(await context.app.currentPasswords.clear(null, userId)).to.equal(1);
    expect(await context.app.currentPasswords.clear(null, userId)).to.equal(0);
  });
});
