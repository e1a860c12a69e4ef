import { expect } from "chai";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { login } from "../../src/auth/login.js";
import { requestPasswordReset } from "../../src/auth/reset-password.js";
import { introspectToken } from "../../src/directory/introspect-token.js";
import type { DomainError } from "../../src/errors.js";
import { eraseDue } from "../../src/jobs/erase-due.js";
import { cancelPhoneChange } from "../../src/profile/cancel-phone-change.js";
import { confirmPhoneChange, requestPhoneChange } from "../../src/profile/change-phone.js";
import {
  confirmAccountDeletion,
  requestAccountDeletion,
  requestAccountDeletionByPhone,
} from "../../src/profile/delete-account.js";
import { updateProfile } from "../../src/profile/update-profile.js";
import type { User } from "../../src/users/user.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { laterActsOf } from "../audit/stored-history.js";
import { rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  newSession,
  signedIn,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

describe("the deletion of an account", () => {
  const context = useTestContext();
  before(() => context.passTime(0));

  const proofFor = (phone: string) => ({
    token: context.outbox.tokenFor(phone),
    code: context.outbox.codeFor(phone),
  });

  /** Asks for the deletion by number, and returns what confirms it. */
  async function asked(phone: string) {
    requestAccountDeletionByPhone(context.app, { phone, callerAddress: caller.callerAddress });
    await context.settle();
    return proofFor(phone);
  }

  async function leaving(): Promise<User & { access: string }> {
    const { user, tokens } = await signedIn(context);
    await confirmAccountDeletion(context.app, await asked(user.phone));
    await context.settle();
    return { ...user, access: tokens.access };
  }

  const signIn = (phone: string) => login(context.app, { phone, password: testPassword });
  const deletionOf = async (id: number) => (await context.app.users.findById(null, id))?.deletionAt;

  async function requestedPhoneChange({ id: userId, phone }: User) {
    const wanted = newPhone();
    await addEntry(context.app, { phone: wanted, notes: "", isActive: true, actor: null });
    const sessionId = await newSession(context, phone);
    const fresh = { ...caller, userId, sessionId, sessionAgeSeconds: 0, currentPassword: "" };
    await requestPhoneChange(context.app, { ...fresh, newPhone: wanted });
    await context.settle();
    return { phoneProof: { ...proofFor(wanted), session: null }, stop: context.outbox.cancelTokenFor(phone) };
  }

  it("closes every road but signing in and a password reset", async () => {
    const { app, outbox } = context;
    const user = await activeUser(context);
    const { phone, id } = user;
    const { phoneProof, stop } = await requestedPhoneChange(user);
    requestPasswordReset(app, { phone, callerAddress: caller.callerAddress });
    await context.settle();
    const { tokens } = await signIn(phone);
    await confirmAccountDeletion(app, await asked(phone));
    await context.settle();

    expect(await rejectionReason(confirmPhoneChange(app, phoneProof))).to.equal("LINK_REJECTED");
    expect(await rejectionReason(cancelPhoneChange(app, { token: stop }))).to.equal("LINK_REJECTED");
    expect(await rejectionReason(app.verifyAccessToken(tokens.access))).to.equal("UNAUTHENTICATED");
    expect(await introspectToken(app, tokens.access)).to.equal(null);
    expect((await app.directory.findByIds(null, [id])).map(({ isActive }) => isActive)).to.deep.equal([
      false,
    ]);
    const values = { first_name: "Eve", last_name: "Doe", email: null, address: null, apartment_name: null };
    const update = updateProfile(app, { userId: id, fields: ["first_name"], values });
    expect(await rejectionReason(update)).to.equal("UNAUTHENTICATED");
    const sent = outbox.to(phone).length;
    await asked(phone);
    expect(outbox.to(phone)).to.have.length(sent);
    requestPasswordReset(app, { phone, callerAddress: "198.51.100.9" });
    await context.settle();
    expect(outbox.to(phone)).to.have.length(sent + 1);
  });

  it("is refused while a phone change can be undone, and goes on afterwards", async () => {
    const user = await activeUser(context);
    const { phoneProof } = await requestedPhoneChange(user);
    const phone = await confirmPhoneChange(context.app, phoneProof);
    await context.settle();
    const sent = context.outbox.to(phone).length;
    await asked(phone);
    expect(context.outbox.to(phone)).to.have.length(sent);
    const sessionId = await newSession(context, phone);
    const input = { ...caller, userId: user.id, sessionId, phone, isSuperuser: false };
    const request = () =>
      requestAccountDeletion(context.app, { ...input, sessionAgeSeconds: 0, currentPassword: "" });
    expect(await rejectionReason(request())).to.equal("RATE_LIMITED");
    await context.passTime(86_400 + 60);
    await confirmAccountDeletion(context.app, await asked(phone));
  });

  it("succeeds though its notice can't be sent", async () => {
    const { user } = await signedIn(context);
    const proof = await asked(user.phone);
    context.outbox.failing = true;
    await confirmAccountDeletion(context.app, proof);
    await context.settle();
    context.outbox.failing = false;
    expect(await deletionOf(user.id)).to.be.instanceOf(Date);
  });

  it("is confirmed once, by one of many callers, with one record", async () => {
    const { user } = await signedIn(context);
    const proof = await asked(user.phone);
    const results = await atOnce(5, (index) =>
      confirmAccountDeletion(index % 2 ? context.app : context.anotherProcess(), proof),
    );
    expect(results.filter((result) => result instanceof Date)).to.have.length(1);
    const acts = await laterActsOf(context.app, user.id);
    expect(acts.map(({ action }) => action)).to.deep.equal(["deletion_requested"]);
  });

  it("beside sign-ins ends in sessions and no deletion, or in neither", async () => {
    for (let round = 0; round < 6; round += 1) {
      const { user } = await signedIn(context);
      const proof = await asked(user.phone);
      await atOnce<unknown>(4, (index) =>
        index === round % 4 ? confirmAccountDeletion(context.app, proof) : signIn(user.phone),
      );
      const open = await context.app.sessions.list(null, user.id, null);
      const isLeaving = Boolean(await deletionOf(user.id));
      expect(open.length === 0).to.equal(isLeaving);
      const acts = (await laterActsOf(context.app, user.id)).map(({ action }) => action);
      expect(acts).to.deep.equal(
        isLeaving
          ? ["deletion_requested"]
          : acts.length > 1
            ? ["deletion_requested", "deletion_cancelled"]
            : acts,
      );
    }
  });

  it("is cancelled until its time, not after it", async () => {
    const { phone, id } = await leaving();
    await context.passTime(14 * 86_400 - 60);
    expect(await signIn(phone)).to.include({ cancelsDeletion: true });
    expect(await deletionOf(id)).to.equal(null);
    const late = await leaving();
    await context.passTime(14 * 86_400 + 60);
    expect(await rejectionReason(signIn(late.phone))).to.equal("CREDENTIALS_REJECTED");
  });

  it("is cancelled by a sign-in of the version before, whose statement doesn't know it", async () => {
    const { id } = await leaving();
    const text = "UPDATE users SET last_login = now() WHERE id = $1";
    await context.testDatabase.database.run(null, { name: "test_former_sign_in", text }, [id]);
    expect(await deletionOf(id)).to.equal(null);
  });

  it("beside the job that erases ends in a session, or in no account", async () => {
    const failures: unknown[] = [];
    const deps = { ...context.app, erasureFailed: (error: unknown) => failures.push(error) };
    for (let round = 0; round < 6; round += 1) {
      const { phone, id } = await leaving();
      // The time comes while the sign-in is on its way.
      const text = "UPDATE users SET deletion_at = clock_timestamp() + interval '30 ms' WHERE id = $1";
      await context.testDatabase.database.run(null, { name: "test_due_soon", text }, [id]);
      const erasing = async () => {
        while (await deletionOf(id)) await eraseDue(deps, async () => true);
      };
      const [signed] = await Promise.all([
        signIn(phone).catch((error: DomainError) => error.reason),
        ...[erasing(), erasing()],
      ]);
      const account = await context.app.users.findById(null, id);
      expect(typeof signed === "string" ? signed : "signed in").to.equal(
        account ? "signed in" : "CREDENTIALS_REJECTED",
      );
    }
    expect(failures).to.deep.equal([]);
  });
});

describe("two superusers who leave at once", () => {
  const context = useTestContext();

  it("leave one", async () => {
    const phones: string[] = [];
    for (let index = 0; index < 2; index += 1) {
      const { phone } = await activeUser(context);
      const rights = () => ({ isStaff: true, isSuperuser: true });
      await setRights(context.app, { phone, actor: COMMAND_LINE, rights });
      phones.push(phone);
    }
    for (const phone of phones) {
      requestAccountDeletionByPhone(context.app, { phone, callerAddress: caller.callerAddress });
    }
    await context.settle();
    const results = await atOnce(2, (index) => {
      const phone = phones[index]!;
      const [token, code] = [context.outbox.tokenFor(phone), context.outbox.codeFor(phone)];
      return confirmAccountDeletion(context.app, { token, code });
    });
    expect(results.filter((result) => result instanceof Date)).to.have.length(1);
    expect(results).to.include("LAST_SUPERUSER");
  });
});
