import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { confirmPasswordReset, requestPasswordReset } from "../../src/auth/reset-password.js";
import { DomainError } from "../../src/errors.js";
import { deleteExpired } from "../../src/jobs/delete-expired.js";
import { confirmPasswordChange, requestPasswordChange } from "../../src/profile/change-password.js";
import { confirmPhoneChange, requestPhoneChange } from "../../src/profile/change-phone.js";
import type { SmsGateway } from "../../src/sms/sms-gateway.js";
import { addSeconds } from "../../src/system/clock.js";
import { codeDigest } from "../../src/verification/code.js";
import { linkTokenDigest } from "../../src/verification/link-token.js";
import { sendOperationCode } from "../../src/verification/send-operation-code.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { recordSecret } from "../support/log.js";
import { rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  newSession,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

const newPassword = "Nouveau-Secret-9";
const passwords = { newPassword, newPasswordConfirm: newPassword };

interface Proof {
  token: string;
  code: string;
}

describe("codes that overlap", () => {
  const context = useTestContext();

  const proofFor = (phone: string): Proof => ({
    token: context.outbox.tokenFor(phone),
    code: context.outbox.codeFor(phone),
  });

  /** Requests a password reset a minute after the last one, and returns the proof in its SMS. */
  async function requested(phone: string, sms: SmsGateway = context.outbox): Promise<Proof> {
    context.clock.advance(60);
    requestPasswordReset({ ...context.app, sms }, { ...caller, phone });
    await context.settle();
    return proofFor(phone);
  }

  /** An active account to which `count` codes were sent a minute apart. */
  async function userWithCodes(count: number) {
    const { id, phone } = await activeUser(context);
    const proofs: Proof[] = [];
    while (proofs.length < count) proofs.push(await requested(phone));
    return { id, phone, proofs };
  }

  const confirm = (proof: Proof, app = context.app) => confirmPasswordReset(app, { ...proof, ...passwords });
  const wrong = ({ token, code }: Proof): Proof => ({ token, code: code === "000000" ? "000001" : "000000" });
  const reasonOf = (proof: Proof) => rejectionReason(confirm(proof));

  async function reasonsOf(...proofs: Proof[]): Promise<string[]> {
    const reasons = [];
    for (const proof of proofs) reasons.push(await reasonOf(proof));
    return reasons;
  }

  /** Sends `count` wrong codes with the token of `proof`, all of which are compared. */
  async function expectIncorrect(count: number, proof: Proof): Promise<void> {
    const attempts = Array.from({ length: count }, () => wrong(proof));
    expect(await reasonsOf(...attempts)).to.deep.equal(attempts.map(() => "CODE_INCORRECT"));
  }

  /** Attempts counted at each series of the user's codes. */
  async function countedAttempts(userId: number): Promise<number[]> {
    const rows = await context.testDatabase.database.run<{ sum: number }>(
      null,
      {
        name: "test_attempts",
        text: `SELECT sum(attempts)::int AS sum FROM codes WHERE user_id = $1
               GROUP BY coalesce(series, id) ORDER BY min(number)`,
      },
      [userId],
    );
    return rows.map(({ sum }) => sum);
  }

  it("all work, the latest three of them", async () => {
    for (const index of [0, 1, 2]) {
      const { phone, proofs } = await userWithCodes(3);
      await confirm(proofs[index]!);
      await login(context.app, { phone, password: newPassword });
    }
  });

  it("end with the fourth: it voids the first", async () => {
    const { proofs } = await userWithCodes(4);
    expect(await reasonOf(proofs[0]!)).to.equal("LINK_REJECTED");
    await confirm(proofs[1]!);
  });

  it("expire each in its own time", async () => {
    const { proofs } = await userWithCodes(2);
    context.clock.advance(540);
    expect(await reasonOf(proofs[0]!)).to.equal("LINK_REJECTED");
    await confirm(proofs[1]!);
  });

  it("work with their own token only", async () => {
    const { proofs } = await userWithCodes(2);
    const [first, second] = proofs as [Proof, Proof];
    if (first.code === second.code) return;
    const crossed = { token: first.token, code: second.code };
    expect(await reasonOf(crossed)).to.equal("CODE_INCORRECT");
    await confirm(first);
  });

  it("are locked together by five wrong codes over all of them", async () => {
    const { proofs } = await userWithCodes(3);
    const [first, second, third] = proofs as [Proof, Proof, Proof];
    const attempts = [first, second, third, first, second].map(wrong);
    expect(await reasonsOf(...attempts)).to.deep.equal(Array(5).fill("CODE_INCORRECT"));
    expect(await reasonsOf(first, second, third)).to.deep.equal(Array(3).fill("CODE_LOCKED"));
  });

  it("are voided by a resend after the lock, which counts anew", async () => {
    const { id, phone, proofs } = await userWithCodes(2);
    const [first, second] = proofs as [Proof, Proof];
    await expectIncorrect(5, first);
    const third = await requested(phone);
    expect(await reasonsOf(first, second)).to.deep.equal(["LINK_REJECTED", "LINK_REJECTED"]);
    await expectIncorrect(4, third);
    expect(await countedAttempts(id)).to.deep.equal([5, 4]);
    const fourth = await requested(phone);
    await confirm(third);
    expect(await reasonOf(fourth)).to.equal("LINK_REJECTED");
  });

  it("stay locked when the SMS of a resend after the lock can't be sent", async () => {
    const { phone, proofs } = await userWithCodes(1);
    await expectIncorrect(5, proofs[0]!);
    context.outbox.failing = true;
    await requested(phone);
    context.outbox.failing = false;
    expect(await reasonOf(proofs[0]!)).to.equal("CODE_LOCKED");
  });

  it("are all voided by a success", async () => {
    const { proofs } = await userWithCodes(3);
    const [first, second, third] = proofs as [Proof, Proof, Proof];
    await confirm(second);
    expect(await reasonsOf(first, second, third)).to.deep.equal(Array(3).fill("LINK_REJECTED"));
  });

  it("start anew once the last one has expired", async () => {
    const { id, phone, proofs } = await userWithCodes(1);
    await expectIncorrect(3, proofs[0]!);
    context.clock.advance(600);
    await requested(phone);
    expect(await countedAttempts(id)).to.deep.equal([3, 0]);
  });

  it("leave the ones before as they were when one can't be sent", async () => {
    const { phone, proofs } = await userWithCodes(3);
    await expectIncorrect(2, proofs[0]!);
    context.outbox.failing = true;
    await requested(phone);
    context.outbox.failing = false;
    await expectIncorrect(2, proofs[0]!);
    await confirm(proofs[0]!);
  });

  it("keep their count when the first one is withdrawn after the second was sent", async () => {
    const { id, phone } = await activeUser(context);
    const proofs: Proof[] = [];
    const sms: SmsGateway = {
      ...context.outbox,
      async sendVerificationCode(...message) {
        await context.outbox.sendVerificationCode(...message);
        proofs.push(proofFor(phone));
        context.clock.advance(60);
        await sendOperationCode(context.app, {
          ...caller,
          userId: id,
          purpose: "password_reset",
          phone,
          phoneField: null,
        });
        throw new DomainError("SMS_UNAVAILABLE");
      },
    };
    const second = await requested(phone, sms);
    const [first] = proofs as [Proof];
    expect(second.token).not.to.equal(first.token);
    expect(await reasonOf(first)).to.equal("LINK_REJECTED");
    await expectIncorrect(2, second);
    const third = await requested(phone);
    await expectIncorrect(2, second);
    expect(await countedAttempts(id)).to.deep.equal([4]);
    await confirm(third);
  });

  it("keep their count when housekeeping finds the first one old", async () => {
    const { id, proofs } = await userWithCodes(2);
    await reasonOf(wrong(proofs[1]!));
    await context.testDatabase.database.run(
      null,
      {
        name: "test_age",
        text: "UPDATE codes SET expires_at = '2020-01-01' WHERE user_id = $1 AND series IS NULL",
      },
      [id],
    );
    await deleteExpired(context.app);
    expect(await countedAttempts(id)).to.deep.equal([1]);
    await confirm(proofs[1]!);
  });

  it("are compared five times in all by 200 callers in two processes, while another one is sent", async () => {
    const { id, phone, proofs } = await userWithCodes(2);
    context.clock.advance(60);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(200, async (index) => {
      if (index === 3) requestPasswordReset(context.app, { ...caller, phone });
      await confirm(wrong(proofs[index % proofs.length]!), processes[index % processes.length]);
    });
    await context.settle();
    expect(results.filter((result) => result === "CODE_INCORRECT")).to.have.length(5);
    const refusals = results.filter((result) => result === "CODE_LOCKED" || result === "LINK_REJECTED");
    expect(refusals).to.have.length(195);
    // The new code is locked with the others, or it was sent after the lock.
    const counts = await countedAttempts(id);
    expect(counts[0]).to.equal(5);
    const third = proofFor(phone);
    expect(third.token).not.to.equal(proofs[1]!.token);
    expect(await reasonOf(wrong(third))).to.equal(counts.length === 1 ? "CODE_LOCKED" : "CODE_INCORRECT");
  });

  it("work once when callers with different codes succeed at once", async () => {
    const { proofs } = await userWithCodes(3);
    const processes = [context.app, context.anotherProcess()];
    const results = await atOnce(5, (index) => confirm(proofs[index % 3]!, processes[index % 2]));
    expect(results.filter((result) => result === undefined)).to.have.length(1);
    expect(results.filter((result) => result === "LINK_REJECTED")).to.have.length(4);
  });

  it("of two operations work once when both succeed at once", async () => {
    const { id: userId, phone, proofs } = await userWithCodes(1);
    const sessionId = await newSession(context, phone);
    await requestPasswordChange(context.app, { ...caller, userId, sessionId, currentPassword: testPassword });
    const change = { ...proofFor(phone), ...passwords, session: null };
    const results = await atOnce(2, (index) =>
      index === 0 ? confirm(proofs[0]!) : confirmPasswordChange(context.app, change),
    );
    expect(results).to.have.members([undefined, "LINK_REJECTED"]);
  });

  describe("for a phone change", () => {
    async function requestedFor(userId: number, sessionId: string, phone: string, sms: SmsGateway) {
      const fresh = { currentPassword: "", sessionAgeSeconds: 0 };
      await requestPhoneChange(
        { ...context.app, sms },
        { ...caller, ...fresh, userId, sessionId, newPhone: phone },
      );
    }

    it("end when another number is asked for, unless its SMS can't be sent", async () => {
      const { id, phone: own } = await activeUser(context);
      const sessionId = await newSession(context, own);
      const [mistyped, meant] = [newPhone(), newPhone()];
      for (const phone of [mistyped, meant])
        await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
      await requestedFor(id, sessionId, mistyped, context.outbox);
      const proof = { ...proofFor(mistyped), session: null };

      context.outbox.failing = true;
      await rejectionReason(requestedFor(id, sessionId, meant, context.outbox));
      context.outbox.failing = false;
      expect(await rejectionReason(confirmPhoneChange(context.app, { ...proof, ...wrong(proof) }))).to.equal(
        "CODE_INCORRECT",
      );
      await requestedFor(id, sessionId, meant, context.outbox);
      expect(await rejectionReason(confirmPhoneChange(context.app, proof))).to.equal("LINK_REJECTED");
      expect(await confirmPhoneChange(context.app, { ...proofFor(meant), session: null })).to.equal(meant);
    });
  });

  describe("beside the version before", () => {
    /** Adds a code with the statement of version 0.2.0. */
    async function addedByOldVersion(userId: number, phone: string): Promise<Proof> {
      context.clock.advance(60);
      const { random, codeKey, clock } = context.app;
      const proof = { token: random.uuid(), code: random.digits(6) };
      recordSecret(proof.token);
      recordSecret(proof.code);
      const id = random.uuid();
      await context.testDatabase.database.run(
        null,
        {
          name: "test_old_add",
          text: `INSERT INTO codes (id, user_id, purpose, code_digest, token_digest, phone, issued_at, expires_at)
                 VALUES ($1, $2, 'password_reset', $3, $4, $5, $6, $7)`,
        },
        [
          id,
          userId,
          codeDigest(codeKey, { id, ownerId: userId, purpose: "password_reset" }, proof.code),
          linkTokenDigest(codeKey, proof.token),
          phone,
          clock.now(),
          addSeconds(clock.now(), 600),
        ],
      );
      return proof;
    }

    it("count with the code that it sent, which voids the ones before as it does there", async () => {
      const { id, phone, proofs } = await userWithCodes(1);
      const old = await addedByOldVersion(id, phone);
      expect(await reasonsOf(proofs[0]!, wrong(old))).to.deep.equal(["LINK_REJECTED", "CODE_INCORRECT"]);
      const next = await requested(phone);
      await expectIncorrect(4, next);
      expect(await reasonsOf(old, next)).to.deep.equal(["CODE_LOCKED", "CODE_LOCKED"]);
      expect(await countedAttempts(id)).to.deep.equal([0, 5]);
    });

    it("leave it the newest code", async () => {
      const { phone, proofs } = await userWithCodes(2);
      const newest = `NOT EXISTS (
        SELECT FROM codes AS newer
        WHERE newer.user_id = codes.user_id AND newer.purpose = codes.purpose AND newer.number > codes.number
      )`;
      const text = `UPDATE codes SET attempts = attempts + 1
                    WHERE token_digest = $1 AND expires_at > $2 AND attempts < 5 AND ${newest} RETURNING phone`;
      const counted = await Promise.all(
        proofs.map(({ token }) =>
          context.testDatabase.database.run(null, { name: "test_old_count", text }, [
            linkTokenDigest(context.app.codeKey, token),
            context.clock.now(),
          ]),
        ),
      );
      expect(counted).to.deep.equal([[], [{ phone }]]);
    });
  });
});
