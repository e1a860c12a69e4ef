import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { login } from "../../src/auth/login.js";
import { register } from "../../src/auth/register.js";
import { resendCode } from "../../src/auth/resend-code.js";
import { deleteExpired } from "../../src/jobs/delete-expired.js";
import { moveUnproved } from "../../src/jobs/move-unproved.js";
import { addSeconds } from "../../src/system/clock.js";
import { codeDigest } from "../../src/verification/code.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { rejectionReason } from "../support/rejection.js";
import { caller, newPhone, person, testPassword, useTestContext } from "../support/test-context.js";

/** Rows as the version before wrote them when a number was registered. */
describe("accounts that an older version left unproved", () => {
  const context = useTestContext();
  const CODE = "135790";

  async function unproved(
    age: { attempts?: number; secondsAgo?: number; codeSecondsAgo?: number } = {},
  ): Promise<string> {
    const { attempts = 0, secondsAgo = 60 } = age;
    const { codeSecondsAgo = secondsAgo } = age;
    const phone = newPhone();
    const { database, random, hasher, codeKey, clock } = context.app;
    const joined = addSeconds(clock.now(), -secondsAgo);
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    const user = await database.models.users.create(
      {
        phone,
        first_name: "Ada",
        last_name: "Doe",
        password_hash: await hasher.hash(testPassword),
        date_joined: joined,
      },
      { transaction: null },
    );
    const id = random.uuid();
    const purpose = "activation";
    await database.models.codes.create(
      {
        id,
        user_id: user.id,
        purpose,
        code_digest: codeDigest(codeKey, { id, ownerId: user.id, purpose }, CODE),
        token_digest: random.bytes(32),
        phone,
        attempts,
        issued_at: addSeconds(clock.now(), -codeSecondsAgo),
        expires_at: addSeconds(clock.now(), 600 - codeSecondsAgo),
      },
      { transaction: null, returning: false },
    );
    return phone;
  }
  const states = async (phone: string) => {
    const where = { where: { phone }, transaction: null };
    const { users, registrations } = context.testDatabase.database.models;
    return { users: await users.count(where), registrations: await registrations.count(where) };
  };

  it("are activated with the code that was sent", async () => {
    const phone = await unproved();
    const user = await activate(context.app, { ...caller, phone, code: CODE });
    expect(user).to.include({ phone, firstName: "Ada", isActive: true });
    expect(await states(phone)).to.deep.equal({ users: 1, registrations: 0 });
  });

  it("wait for 24 hours from their last code on, however long ago they registered", async () => {
    const phone = await unproved({ secondsAgo: 25 * 3600, codeSecondsAgo: 60 });
    await moveUnproved(context.app);
    await deleteExpired(context.app);
    expect(await states(phone)).to.deep.equal({ users: 1, registrations: 0 });
    expect((await activate(context.app, { ...caller, phone, code: CODE })).isActive).to.equal(true);
  });

  it("keep the attempts that were counted", async () => {
    const phone = await unproved({ attempts: 4 });
    expect(await rejectionReason(activate(context.app, { ...caller, phone, code: "x" }))).to.equal(
      "CODE_INCORRECT",
    );
    expect(await rejectionReason(activate(context.app, { ...caller, phone, code: CODE }))).to.equal(
      "CODE_LOCKED",
    );
  });

  it("get a new code when they ask", async () => {
    const phone = await unproved();
    await resendCode(context.app, { ...caller, phone });
    await context.settle();
    const code = context.outbox.codeFor(phone);
    expect((await activate(context.app, { ...caller, phone, code })).firstName).to.equal("Ada");
  });

  it("take the number from nobody", async () => {
    const phone = await unproved();
    await register(context.app, { ...person, phone });
    const code = context.outbox.codeFor(phone);
    expect((await activate(context.app, { ...caller, phone, code })).firstName).to.equal("John");
  });

  it("can't sign in", async () => {
    const phone = await unproved();
    expect(await rejectionReason(login(context.app, { phone, password: testPassword }))).to.equal(
      "ACCOUNT_NOT_ACTIVATED",
    );
  });

  it("become registrations an hour later, without a call, and not before", async () => {
    const phone = await unproved({ secondsAgo: 3599 });
    await moveUnproved(context.app);
    expect(await states(phone)).to.deep.equal({ users: 1, registrations: 0 });
    context.clock.advance(2);
    await moveUnproved(context.app);
    expect(await states(phone)).to.deep.equal({ users: 0, registrations: 1 });
  });
});
