import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { login as signInApp } from "../../src/auth/login.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { updateEntry } from "../../src/whitelist/update-entry.js";
import { laterActsOf } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, signedIn, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { exportAccount: exportOwn, requestPhoneChange, confirmPhoneChange } = ProfileService.method;
const { exportAccount, eraseAccount } = AccountService.method;
const { login, refreshToken, register, activate, requestPasswordReset, confirmPasswordReset } =
  AuthService.method;
const { listWhitelistHistory } = WhitelistService.method;

const REASON = "Demande écrite du 12 mars";
const PATH = "/api/auth/me/export/";

interface Copy {
  user: { id: number; phone: string };
  history: { action: string; actor: string; reason?: string | null }[];
  sessions: unknown[];
  known_callers: unknown[];
  sends: { purpose: string }[];
  codes?: unknown[];
  phone_changes?: unknown[];
  has_older_history?: boolean;
}

const copyOf = async (...call: Parameters<typeof accepted>) =>
  (await accepted(...call)).account_export as unknown as Copy;

describe("an export of an account, over the wire", () => {
  const service = useTestService();
  const protocols = useAllClients(service);
  // The age of a session is the database's, so the clock starts at its time.
  before(() => service.context.passTime(0));

  async function signIn(client: FlowClient, phone: string) {
    const { tokens } = await accepted(client.call(login, { phone, password: testPassword }));
    return tokens as { access: string; refresh: string };
  }

  const get = (access: string, query = "") =>
    fetch(`${service.origin}${PATH}${query}`, { headers: { authorization: `Bearer ${access}` } });

  it("is given to its owner, whose password just opened the session, and is recorded", async () => {
    for (const protocol of protocols) {
      const { id, phone } = await activeUser(service.context);
      const { access } = await signIn(protocol, phone);
      const copy = await copyOf(protocol.call(exportOwn, {}, access));
      expect(copy.user, protocol.name).to.include({ id, phone });
      expect(copy.history.map(({ action }) => action)).to.deep.equal(["registered", "activated"]);
      expect(copy.sessions).to.have.length(1);
      const acts = await laterActsOf(service.context.app, id);
      expect(acts).to.have.length(1);
      expect(acts[0]).to.deep.include({
        action: "exported",
        actor: { kind: "owner", id: null },
        reason: null,
      });
      const again = await copyOf(protocol.call(exportOwn, {}, access));
      expect(again.history.at(-1), protocol.name).to.include({ action: "exported", actor: "owner" });
    }
  });

  it("needs the password in a session that signed in more than five minutes ago, also after a refresh", async () => {
    for (const protocol of protocols) {
      const { phone } = await activeUser(service.context);
      const { access, refresh } = await signIn(protocol, phone);
      await service.context.passTime(301);
      const renewed = await accepted(protocol.call(refreshToken, { refresh }));
      for (const token of [access, String(renewed.access)]) {
        await expectRefusal(protocol.call(exportOwn, {}, token), "REAUTHENTICATION_REQUIRED");
      }
      await accepted(protocol.call(exportOwn, { current_password: testPassword }, String(renewed.access)));
    }
  });

  it("is refused with a wrong password in any session, which the fifth one ends", async () => {
    for (const protocol of protocols) {
      const { id, phone } = await activeUser(service.context);
      const { access } = await signIn(protocol, phone);
      for (let wrong = 1; wrong <= 5; wrong += 1) {
        const call = protocol.call(exportOwn, { current_password: "Attaquant-4242" }, access);
        const { fields } = await expectRefusal(call, "CURRENT_PASSWORD_INCORRECT");
        expect(Object.keys(fields)).to.deep.equal(["current_password"]);
      }
      await expectRefusal(protocol.call(exportOwn, {}, access), "UNAUTHENTICATED");
      expect((await laterActsOf(service.context.app, id)).map(({ action }) => action)).to.deep.equal([
        "session_ended",
      ]);
    }
  });

  it("is a file to save at a GET of REST, which takes no password from its URL and is not cached", async () => {
    const { user, tokens } = await signedIn(service.context);
    const response = await get(tokens.access);
    expect(response.status).to.equal(200);
    expect(response.headers.get("content-disposition")).to.equal(
      'attachment; filename="waterbill-account.json"',
    );
    expect(response.headers.get("cache-control")).to.equal("no-store");
    const { status, message, data } = JSON.parse(await response.text());
    expect({ status, message }).to.deep.equal({
      status: "success",
      message: "Données du compte exportées avec succès",
    });
    expect(data.account_export.user).to.include({ id: user.id, phone: user.phone, email: null });
    expect(data.account_export).to.include({ has_older_history: false, deactivated_at: null });

    await service.context.passTime(301);
    for (const name of ["current_password", "currentPassword"]) {
      const refused = await get(tokens.access, `?${name}=${encodeURIComponent(testPassword)}`);
      expect(refused.status, name).to.equal(403);
      expect(refused.headers.get("content-disposition")).to.equal(null);
      expect(JSON.parse(await refused.text()).message).to.equal("Veuillez confirmer votre mot de passe.");
    }
  });

  it("is refused while a change of the number can be undone", async () => {
    const { app, outbox } = service.context;
    const { access: staff } = (await administrator(service.context)).tokens;
    for (const protocol of protocols) {
      const { phone } = await activeUser(service.context);
      const { access } = await signIn(protocol, phone);
      const wanted = newPhone();
      await addEntry(app, { phone: wanted, notes: "", isActive: true, actor: null });
      await accepted(protocol.call(requestPhoneChange, { new_phone: wanted }, access));
      await accepted(protocol.call(exportOwn, {}, access));
      const proof = { token: outbox.tokenFor(wanted), code: outbox.codeFor(wanted) };
      await accepted(protocol.call(confirmPhoneChange, proof, access));
      const { header } = await expectRefusal(protocol.call(exportOwn, {}, access), "RATE_LIMITED");
      expect(Number(header.get("retry-after"))).to.be.within(86_300, 86_400);
      await expectRefusal(
        protocol.call(exportAccount, { phone: wanted, reason: REASON }, staff),
        "RATE_LIMITED",
      );
    }
  });

  it("is given to administrators with a reason, which the history has", async () => {
    const { context } = service;
    const { user: staff, tokens } = await administrator(context);
    for (const protocol of protocols) {
      const { id, phone } = await activeUser(context);
      const input = { phone: ` ${phone.slice(1)} `, reason: ` ${REASON} ` };
      expect((await copyOf(protocol.call(exportAccount, input, tokens.access))).user.id).to.equal(id);
      const acts = await laterActsOf(context.app, id);
      expect(acts, protocol.name).to.have.length(1);
      expect(acts[0]).to.deep.include({
        action: "exported",
        actor: { kind: "administrator", id: staff.id },
        reason: REASON,
      });
      const { history } = await copyOf(protocol.call(exportAccount, input, tokens.access));
      expect(history.at(-1)).to.include({ action: "exported", actor: "administrator", reason: REASON });
      expect(JSON.stringify(history)).not.to.include(staff.phone);
    }
  });

  it("needs an administrator, a reason, an account, and a superuser for a superuser's account", async () => {
    const { context } = service;
    const { access } = (await administrator(context)).tokens;
    const { user, tokens } = await signedIn(context);
    const { phone } = await activeUser(context);
    const rights = () => ({ isStaff: false, isSuperuser: true });
    const { id } = await setRights(context.app, { phone, rights, actor: COMMAND_LINE });
    for (const protocol of protocols) {
      const call = (input: Record<string, string>, token?: string) =>
        protocol.call(exportAccount, { phone, reason: REASON, ...input }, token);
      await expectRefusal(call({}), "UNAUTHENTICATED");
      await expectRefusal(call({ phone: user.phone }, tokens.access), "ADMIN_REQUIRED");
      const blank = await expectRefusal(call({ reason: " " }, access), "INVALID_REQUEST");
      expect(Object.keys(blank.fields), protocol.name).to.deep.equal(["reason"]);
      await expectRefusal(call({ phone: newPhone() }, access), "ACCOUNT_NOT_FOUND");
      await expectRefusal(call({}, access), "SUPERUSER_REQUIRED");
      const own = await signIn(protocol, phone);
      expect((await copyOf(call({}, own.access))).user.id).to.equal(id);
      await expectRefusal(protocol.call(exportOwn, {}), "UNAUTHENTICATED");
    }
  });
});

describe("a number that an erased account had", () => {
  const service = useTestService({ environment: generousLimits });
  const protocols = useAllClients(service);
  before(() => service.context.passTime(0));

  /** An account with something in every part of an export, from another place than its successor's. */
  async function former(protocol: FlowClient, notes: string) {
    const { app, outbox } = service.context;
    const { id, phone } = await activeUser(service.context);
    await updateEntry(app, { phone, notes, isActive: null, actor: null });
    await signInApp(app, { phone, password: testPassword, address: "203.0.113.9", client: "FormerPhone/1" });
    const signedIn = await accepted(protocol.call(login, { phone, password: testPassword }));
    const { tokens, device } = signedIn as { tokens: Record<"access" | "refresh", string>; device: string };
    for (let wrong = 0; wrong < 4; wrong += 1) {
      await protocol.call(login, { phone, password: "Attaquant-4242", device });
    }
    await accepted(protocol.call(requestPasswordReset, { phone }));
    await service.context.settle();
    const reset = { token: outbox.tokenFor(phone), code: outbox.codeFor(phone) };
    return { id, phone, device, reset, ...tokens };
  }

  it("shows its next owner nothing of it, and opens nothing to the former one", async () => {
    const { app, outbox } = service.context;
    const superuser = await signedIn(service.context);
    const rights = () => ({ isStaff: true, isSuperuser: true });
    await setRights(app, { phone: superuser.user.phone, rights, actor: COMMAND_LINE });
    const { access: admin } = superuser.tokens;
    for (const protocol of protocols) {
      const notes = "Ancien locataire du 4B";
      const { id, phone, device, reset, ...before } = await former(protocol, notes);
      await accepted(protocol.call(eraseAccount, { phone, reason: REASON }, admin));
      await addEntry(app, { phone, notes: "", isActive: true, actor: null });
      const password = "Nouveau-Proprio-7";
      const names = { first_name: "Awa", last_name: "Bello" };
      await accepted(protocol.call(register, { phone, ...names, password, password_confirm: password }));
      await accepted(protocol.call(activate, { phone, code: outbox.codeFor(phone) }));

      const formerly = protocol.call(login, { phone, password: testPassword, device });
      await expectRefusal(formerly, "CREDENTIALS_REJECTED");
      await expectRefusal(protocol.call(exportOwn, {}, before.access), "UNAUTHENTICATED");
      await expectRefusal(protocol.call(refreshToken, { refresh: before.refresh }), "REFRESH_REJECTED");
      const renewed = { ...reset, new_password: password, new_password_confirm: password };
      await expectRefusal(protocol.call(confirmPasswordReset, renewed), "LINK_REJECTED");

      const { tokens } = await accepted(protocol.call(login, { phone, password }));
      const { access } = tokens as { access: string };
      const copy = await copyOf(protocol.call(exportOwn, {}, access));
      expect(copy.user.id, protocol.name).to.be.above(id);
      expect(copy.history.map(({ action }) => action)).to.deep.equal(["registered", "activated"]);
      expect([copy.sessions, copy.known_callers, copy.sends].map((part) => part.length)).to.deep.equal([
        1, 1, 1,
      ]);
      expect([copy.codes, copy.phone_changes].map((part) => part?.length ?? 0)).to.deep.equal([0, 0]);
      expect(copy.sends[0]!.purpose).to.equal("activation");
      const seen = JSON.stringify(copy);
      for (const value of [notes, "FormerPhone", "203.0.113.9", "John"]) expect(seen).not.to.include(value);
      const listed = await accepted(protocol.call(listWhitelistHistory, { phone, page_size: 50 }, admin));
      expect(JSON.stringify(listed), protocol.name).not.to.include(notes);
    }
  });
});

describe("exports in a minute", () => {
  const service = useTestService({ environment: { ...generousLimits, LIMIT_SENSITIVE: "3/minute" } });
  const protocols = useAllClients(service);

  it("are three of an account, over all protocols together", async () => {
    const { tokens } = await signedIn(service.context);
    const calls = protocols.map((protocol) => protocol.call(exportOwn, {}, tokens.access));
    const reasons = (await Promise.all(calls)).map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === undefined)).to.have.length(3);
    expect(new Set(reasons)).to.deep.equal(new Set([undefined, "RATE_LIMITED"]));
    const { tokens: others } = await signedIn(service.context);
    await accepted(protocols[0]!.call(exportOwn, {}, others.access));
  });
});
