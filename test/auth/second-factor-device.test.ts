import { expect } from "chai";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setAccountRole } from "../../src/accounts/set-account-role.js";
import { COMMAND_LINE, type Role } from "../../src/audit/act.js";
import { confirmPasswordReset, requestPasswordReset } from "../../src/auth/reset-password.js";
import { issueDevice, readDevice } from "../../src/guessing/device-token.js";
import { SECOND_FACTOR_TTL_SECONDS } from "../../src/sessions/second-factor.js";
import { addSeconds } from "../../src/system/clock.js";
import {
  confirmStep,
  hasPassed,
  openSession,
  type Session,
  secondFactorCode,
} from "../support/second-factor.js";
import { activeUser, caller, newPhone, testPassword, useTestContext } from "../support/test-context.js";

describe("a device on which an administrator passed the second step", () => {
  const context = useTestContext({ environment: { ADMIN_SECOND_FACTOR: "sms" } });
  const run = <Row extends object>(text: string, values: unknown[] = []) =>
    context.testDatabase.database.run<Row>(null, { name: "test_devices", text, isAdHoc: true }, values);

  const setRole = (phone: string, role: Role) =>
    setAccountRole(context.app, { phone, role, reason: "a test", actor: COMMAND_LINE });

  /** An administrator's session that has passed the step, and the device that remembers it. */
  async function passed(): Promise<{ session: Session; device: string; phone: string }> {
    const { phone } = await activeUser(context);
    await setRole(phone, "STAFF");
    const session = await openSession(context, phone);
    const { device } = await confirmStep(context.app, session, await secondFactorCode(context, session));
    return { session, device, phone };
  }

  const read = (device: string) => readDevice(context.app.codeKeys, device, context.clock.now());
  const passedAt = async ({ principal }: Session) => {
    const [row] = await run<{ second_factor_at: Date | null }>(
      "SELECT second_factor_at FROM sessions WHERE id = $1",
      [principal.sessionId],
    );
    return row!.second_factor_at;
  };
  /** Whether the methods for administrators take a session that is opened with the device. */
  async function remembers(device: string, phone: string, password = testPassword): Promise<boolean> {
    const session = await openSession(context, phone, { device, password });
    const isTaken = await hasPassed(context.app, session);
    expect(session.needsSecondFactor).to.equal(!isTaken);
    expect(read(session.device)?.secondFactorAt !== null).to.equal(isTaken);
    return isTaken;
  }
  async function stored(phone: string): Promise<{ userId: number; passwordHash: string }> {
    const account = await context.app.users.findByPhone(null, phone);
    return { userId: account!.user.id, passwordHash: account!.passwordHash };
  }
  /** A device of the account that passed the step `seconds` ago, by the database's clock. */
  async function passedAgo(phone: string, seconds: number): Promise<string> {
    const [row] = await run<{ now: Date }>("SELECT clock_timestamp() AS now");
    const device = { ...(await stored(phone)), id: Buffer.alloc(16, 1) };
    const secondFactorAt = addSeconds(row!.now, -seconds);
    return issueDevice(context.app.codeKey, { ...device, secondFactorAt }, context.clock.now());
  }

  it("keeps its id, and opens sessions that have passed it, at the time that it was passed", async () => {
    const { session, device, phone } = await passed();
    expect(read(device)?.id).to.deep.equal(read(session.device)?.id);
    const first = await openSession(context, phone, { device });
    const second = await openSession(context, phone, { device: first.device });
    expect(second.needsSecondFactor).to.equal(false);
    expect(await hasPassed(context.app, second)).to.equal(true);
    const at = await passedAt(session);
    expect([await passedAt(first), await passedAt(second)]).to.deep.equal([at, at]);
    expect(read(second.device)).to.deep.include({ id: read(device)?.id, secondFactorAt: at });
  });

  it("remembers it for 30 days, and no longer", async () => {
    const { phone } = await passed();
    expect(await remembers(await passedAgo(phone, SECOND_FACTOR_TTL_SECONDS - 5), phone)).to.equal(true);
    expect(await remembers(await passedAgo(phone, SECOND_FACTOR_TTL_SECONDS), phone)).to.equal(false);
  });

  it("is issued without the time before the step, or once that is over", async () => {
    const { session, phone } = await passed();
    expect(read(session.device)?.secondFactorAt).to.equal(null);
    expect(await remembers(session.device, phone)).to.equal(false);
    expect(await remembers("", phone)).to.equal(false);
  });

  it("remembers it for its own account alone", async () => {
    const [one, other] = [await passed(), await passed()];
    expect(await remembers(one.device, other.phone)).to.equal(false);
    expect(await remembers(one.device, one.phone)).to.equal(true);
  });

  it("can't be forged", async () => {
    const { device, phone } = await passed();
    const bytes = Buffer.from(device, "base64url");
    const plain = Buffer.from((await openSession(context, phone)).device, "base64url");
    const changed = Buffer.from(bytes);
    changed[bytes.length - 33]! ^= 1;
    const upgraded = Buffer.concat([Buffer.from([2]), plain.subarray(1, -32), bytes.subarray(-38)]);
    const downgraded = Buffer.concat([Buffer.from([1]), bytes.subarray(1)]);
    const withAnotherKey = issueDevice(
      Buffer.from("x".repeat(43)),
      { ...(await stored(phone)), id: Buffer.alloc(16, 1), secondFactorAt: new Date() },
      context.clock.now(),
    );
    for (const forged of [changed, upgraded, downgraded]) {
      expect(await remembers(forged.toString("base64url"), phone)).to.equal(false);
    }
    expect(await remembers(withAnotherKey, phone)).to.equal(false);
  });

  it("forgets it with the password", async () => {
    const { device, phone } = await passed();
    context.clock.advance(60);
    requestPasswordReset(context.app, { ...caller, phone });
    await context.settle();
    const password = "Une-autre-phrase-9!";
    await confirmPasswordReset(context.app, {
      ...{ token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) },
      ...{ newPassword: password, newPasswordConfirm: password },
    });
    expect(await remembers(device, phone, password)).to.equal(false);
  });

  it("remembers it through the renewal of an outdated hash", async () => {
    const { phone } = await passed();
    // Python: base64.b64encode(hashlib.pbkdf2_hmac("sha256", b"Motdepasse123!", b"seasalt2", 1000))
    const outdated = "pbkdf2_sha256$1000$seasalt2$7N43bpP9HC0j1dLBlcCTGU9m9RZrHAs/5SRB2RQOhJM=";
    await run("UPDATE users SET password_hash = $2 WHERE phone = $1", [phone, outdated]);
    const device = await passedAgo(phone, 60);
    const session = await openSession(context, phone, { device });
    expect((await stored(phone)).passwordHash).not.to.equal(outdated);
    expect(session.needsSecondFactor).to.equal(false);
    expect(await remembers(session.device, phone)).to.equal(true);
  });

  it("forgets it with the number, also when the old number comes back", async () => {
    const { device, phone, session } = await passed();
    const phones = [newPhone(), phone];
    for (const next of phones) {
      await context.app.users.setPhone(null, session.user.id, next, "phone");
      expect(await remembers(device, next)).to.equal(false);
    }
  });

  it("forgets it when the account loses rights, and gets them back", async () => {
    const [{ device, phone }, other] = [await passed(), await passed()];
    await setRole(other.phone, "SUPERUSER");
    await setRole(phone, "SUPERUSER");
    expect(await remembers(device, phone)).to.equal(true);
    await setRole(phone, "CUSTOMER");
    const { needsSecondFactor, device: kept, ...session } = await openSession(context, phone, { device });
    expect(needsSecondFactor).to.equal(false);
    expect(await hasPassed(context.app, session)).to.equal(false);
    await setRole(phone, "STAFF");
    for (const known of [device, kept]) expect(await remembers(known, phone)).to.equal(false);
  });

  it("forgets it when the account is deactivated", async () => {
    const { device, phone } = await passed();
    for (const isActive of [false, true]) {
      await setAccountActive(context.app, { phone, isActive, actor: COMMAND_LINE });
    }
    expect(await remembers(device, phone)).to.equal(false);
  });
});
