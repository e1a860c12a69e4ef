import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { createApp } from "../../src/app.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { laterActsOf } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { testLogger } from "../support/log.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, atOnce, signedIn, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, openAllClients, useAllClients } from "./all-protocols.js";

const { login, refreshToken } = AuthService.method;
const { getProfile, listSessions, revokeSession, revokeOtherSessions } = ProfileService.method;
const { listAccountSessions, revokeAccountSessions } = AccountService.method;

/** A session of a list. Over gRPC and Connect, false and empty values are absent. */
interface Listed {
  id: string;
  client?: string;
  address?: string;
  is_current?: boolean;
  created_at: unknown;
  last_used_at: unknown;
}

const REASON = "Téléphone volé, appel du 12 mars";

describe("sessions", () => {
  const service = useTestService({ environment: { ...generousLimits, TRUSTED_PROXIES: "127.0.0.1" } });
  const protocols = useAllClients(service);

  async function signIn(client: FlowClient, phone: string): Promise<{ access: string; refresh: string }> {
    const { tokens } = await accepted(client.call(login, { phone, password: testPassword }));
    return tokens as { access: string; refresh: string };
  }

  async function listed(client: FlowClient, access: string): Promise<Listed[]> {
    return ((await accepted(client.call(listSessions, {}, access))).sessions ?? []) as Listed[];
  }

  it("are listed on one device and ended from there, while the other devices go on", async () => {
    for (const client of protocols) {
      const { id, phone } = await activeUser(service.context);
      const mine = await signIn(client.at("192.0.2.1"), phone);
      const lost = await signIn(client.at("198.51.100.2"), phone);
      const other = await signIn(client.at("203.0.113.3"), phone);

      const sessions = await listed(client, mine.access);
      const addresses = sessions.map(({ address }) => address);
      expect(addresses, client.name).to.deep.equal(["192.0.2.1", "203.0.113.3", "198.51.100.2"]);
      expect(sessions.map(({ is_current }) => is_current ?? false)).to.deep.equal([true, false, false]);
      for (const session of sessions) {
        expect(session.client).to.be.a("string").that.is.not.equal("");
        expect(session).to.include.keys("created_at", "last_used_at");
      }

      const { id: session_id } = sessions[2]!;
      await accepted(client.call(revokeSession, { session_id }, mine.access));
      await expectRefusal(client.call(getProfile, {}, lost.access), "UNAUTHENTICATED");
      await expectRefusal(client.call(refreshToken, { refresh: lost.refresh }), "REFRESH_REJECTED");
      await expectRefusal(client.call(revokeSession, { session_id }, mine.access), "SESSION_NOT_FOUND");
      for (const { access } of [mine, other]) await accepted(client.call(getProfile, {}, access));
      const next = await accepted(client.call(refreshToken, { refresh: other.refresh }));

      const revoked = await accepted(client.call(revokeOtherSessions, {}, mine.access));
      expect(revoked).to.deep.equal({ revoked_count: 1 });
      await expectRefusal(client.call(getProfile, {}, String(next.access)), "UNAUTHENTICATED");
      await expectRefusal(client.call(refreshToken, { refresh: next.refresh as string }), "REFRESH_REJECTED");
      const [current, ...none] = await listed(client, mine.access);
      expect(none).to.deep.equal([]);
      await accepted(client.call(revokeSession, { session_id: current!.id }, mine.access));
      await expectRefusal(client.call(listSessions, {}, mine.access), "UNAUTHENTICATED");

      const acts = await laterActsOf(service.context.app, id);
      expect(acts.map(({ action, sessionId }) => [action, sessionId])).to.deep.equal([
        ["session_ended", session_id],
        ["session_ended", null],
        ["session_ended", current!.id],
      ]);
    }
  });

  it("of other accounts are refused as unknown ones, and what is no id names the field", async () => {
    const { context } = service;
    const stranger = await signedIn(context);
    const { sessionId: foreign } = await context.app.verifyAccessToken(stranger.tokens.access);
    const { tokens } = await signedIn(context);
    const revoke = (client: FlowClient, session_id: string) =>
      client.call(revokeSession, { session_id }, tokens.access);
    for (const client of protocols) {
      const unknown = await expectRefusal(
        revoke(client, "5f0c1e9a-7d3b-4b52-9f0e-2c8a6d1b4e77"),
        "SESSION_NOT_FOUND",
      );
      const refused = await expectRefusal(revoke(client, foreign), "SESSION_NOT_FOUND");
      expect([refused.status, refused.message]).to.deep.equal([unknown.status, unknown.message]);
      for (const text of ["A1", `${foreign} `, `{${foreign}}`, "' OR 1=1; --", "\u0000", "é".repeat(300)]) {
        const { fields } = await expectRefusal(revoke(client, text), "INVALID_REQUEST");
        expect(Object.keys(fields), `${client.name} ${text}`).to.deep.equal(["session_id"]);
      }
      await accepted(client.call(getProfile, {}, stranger.tokens.access));
    }
    const [grpc] = protocols;
    const empty = await expectRefusal(revoke(grpc!, ""), "INVALID_REQUEST");
    expect(empty.fields).to.deep.equal({ session_id: "Ce champ est obligatoire." });
  });

  it("have exact REST paths, methods and messages", async () => {
    const { user, tokens } = await signedIn(service.context);
    await signIn(protocols[0]!, user.phone);
    const send = async (method: string, path: string, language = "fr") => {
      const headers = { authorization: `Bearer ${tokens.access}`, "accept-language": language };
      const response = await fetch(`${service.origin}${path}`, { method, headers });
      const { status, headers: received } = response;
      const { message, data } = (await response.json()) as { message: string; data: Record<string, unknown> };
      return { status, allow: received.get("allow"), message, data };
    };
    const list = await send("GET", "/api/sessions");
    expect(list).to.include({ status: 200, message: "Sessions récupérées avec succès" });
    const [, other] = list.data.sessions as Listed[];
    expect(Object.keys(other!)).to.deep.equal([
      "id",
      "created_at",
      "last_used_at",
      "client",
      "address",
      "is_current",
    ]);
    expect(await send("DELETE", "/api/auth/sessions/revoke-others/")).to.include({
      status: 405,
      allow: "POST",
    });
    expect(await send("GET", `/api/auth/sessions/${other!.id}/`)).to.include({
      status: 405,
      allow: "DELETE",
    });
    const ended = await send("DELETE", `/api/sessions/${other!.id}`);
    expect(ended).to.deep.include({ status: 200, message: "Session fermée avec succès", data: {} });
    const again = await send("DELETE", `/api/auth/sessions/${other!.id}/`, "en");
    expect(again).to.deep.include({ status: 404, message: "No open session has this id.", data: {} });
    const others = await send("POST", "/api/auth/sessions/revoke-others/", "en");
    expect(others).to.deep.include({
      message: "Other sessions ended successfully",
      data: { revoked_count: 0 },
    });
  });

  it("of an account are listed and ended by administrators, never a superuser's by staff", async () => {
    const { context } = service;
    const staff = await administrator(context);
    const superuser = await signedIn(context);
    const rights = () => ({ isStaff: false, isSuperuser: true });
    await setRights(context.app, { phone: superuser.user.phone, actor: COMMAND_LINE, rights });
    for (const client of protocols) {
      const customer = await signedIn(context);
      const { phone } = customer.user;
      await expectRefusal(
        client.call(listAccountSessions, { phone }, customer.tokens.access),
        "ADMIN_REQUIRED",
      );
      const input = { phone, reason: REASON };
      await expectRefusal(
        client.call(revokeAccountSessions, input, customer.tokens.access),
        "ADMIN_REQUIRED",
      );
      const blank = await expectRefusal(
        client.call(revokeAccountSessions, { phone, reason: " " }, staff.tokens.access),
        "INVALID_REQUEST",
      );
      expect(Object.keys(blank.fields), client.name).to.deep.equal(["reason"]);

      const { sessions } = await accepted(client.call(listAccountSessions, { phone }, staff.tokens.access));
      expect(sessions).to.have.length(1);
      const ended = await accepted(client.call(revokeAccountSessions, input, staff.tokens.access));
      expect(ended).to.deep.equal({ revoked_count: 1 });
      await expectRefusal(client.call(getProfile, {}, customer.tokens.access), "UNAUTHENTICATED");
      const { refresh } = customer.tokens;
      await expectRefusal(client.call(refreshToken, { refresh }), "REFRESH_REJECTED");
      const acts = await laterActsOf(context.app, customer.user.id);
      const actor = { kind: "administrator", id: staff.user.id };
      expect(acts.map(({ action }) => action)).to.deep.equal(["viewed", "session_ended"]);
      expect(acts[1]).to.deep.include({ action: "session_ended", actor, sessionCount: 1, reason: REASON });

      const theirs = { phone: superuser.user.phone };
      for (const refused of [
        client.call(listAccountSessions, theirs, staff.tokens.access),
        client.call(revokeAccountSessions, { ...theirs, reason: REASON }, staff.tokens.access),
      ]) {
        await expectRefusal(refused, "SUPERUSER_REQUIRED");
      }
      const above = await accepted(client.call(listAccountSessions, theirs, superuser.tokens.access));
      expect((above.sessions as Listed[])[0]).to.include({ is_current: true });
    }
  });

  it("of an account are ended one by one by administrators, over every protocol", async () => {
    const { context } = service;
    const staff = await administrator(context);
    for (const client of protocols) {
      const customer = await signedIn(context);
      const { id, phone } = customer.user;
      const lost = await signIn(client.at("198.51.100.2"), phone);
      const { sessionId: session_id } = await context.app.verifyAccessToken(lost.access);
      const end = (input: { session_id: string }) =>
        client.call(revokeAccountSessions, { phone, reason: REASON, ...input }, staff.tokens.access);
      for (const text of ["", "A1", `${session_id} `, "%", "\u0000"]) {
        const { fields } = await expectRefusal(end({ session_id: text }), "INVALID_REQUEST");
        expect(Object.keys(fields), `${client.name} ${text}`).to.deep.equal(["session_id"]);
      }
      expect(await accepted(end({ session_id })), client.name).to.deep.equal({ revoked_count: 1 });
      expect((await accepted(end({ session_id }))).revoked_count ?? 0).to.equal(0);
      await expectRefusal(client.call(getProfile, {}, lost.access), "UNAUTHENTICATED");
      await accepted(client.call(getProfile, {}, customer.tokens.access));
      const acts = await laterActsOf(context.app, id);
      expect(acts.map(({ sessionId, reason }) => [sessionId, reason])).to.deep.equal([[session_id, REASON]]);
    }
  });

  it("of an account have a REST path each, which a body can't contradict", async () => {
    const { context } = service;
    const staff = await administrator(context);
    const { user, tokens } = await signedIn(context);
    const ids: string[] = [];
    for (let opened = 0; opened < 2; opened += 1) {
      const { access } = await signIn(protocols[0]!, user.phone);
      ids.push((await context.app.verifyAccessToken(access)).sessionId);
    }
    const { sessionId: kept } = await context.app.verifyAccessToken(tokens.access);
    const end = async (path: string, body?: object) => {
      const response = await fetch(`${service.origin}/api/${path}`, {
        method: "DELETE",
        headers: { authorization: `Bearer ${staff.tokens.access}`, "content-type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
      });
      const { message, data } = (await response.json()) as Record<string, unknown>;
      return { status: response.status, message, data };
    };
    const path = (id: string) => `auth/admin/users/${user.phone}/sessions/${id}/`;
    const ended = {
      status: 200,
      message: "Sessions du compte fermées avec succès",
      data: { revoked_count: 1 },
    };
    const other = { session_id: kept, phone: staff.user.phone };
    expect(await end(path(ids[0]!), { reason: REASON, ...other })).to.deep.equal(ended);
    const twice = await end(path(ids[1]!), { reason: REASON, sessionId: kept });
    expect(twice).to.deep.include({ status: 400, data: { session_id: ["Cette valeur n'est pas valide."] } });
    const short = `admin/users/${user.phone}/sessions/${ids[1]!.toUpperCase()}`;
    expect(await end(`${short}?reason=stolen`)).to.deep.equal(ended);
    const unreasoned = await end(path(kept));
    expect(unreasoned).to.deep.include({ status: 400, data: { reason: ["Ce champ est obligatoire."] } });
    await accepted(protocols[0]!.call(getProfile, {}, tokens.access));
    const acts = await laterActsOf(context.app, user.id);
    expect(acts.map(({ sessionId }) => sessionId)).to.deep.equal(ids);
  });

  it("are each ended and recorded once when 100 calls over all protocols and two servers end them", async () => {
    const { context } = service;
    const second = createApp(
      context.config,
      { ...context.infrastructure, database: { ...context.infrastructure.database, close: async () => {} } },
      testLogger(),
      context.overrides,
    );
    const { port } = await second.listen();
    const elsewhere = openAllClients(`http://127.0.0.1:${port}`);
    try {
      const { user, tokens } = await signedIn(context);
      for (const client of protocols) await signIn(client, user.phone);
      const [, ...others] = (await listed(protocols[0]!, tokens.access)).map(({ id }) => id);
      const clients = [...protocols, ...elsewhere];
      const results = await atOnce(100, async (index) => {
        const session_id = others[Math.floor(index / clients.length) % others.length]!;
        const client = clients[index % clients.length]!;
        return (await client.call(revokeSession, { session_id }, tokens.access)).reason ?? "ended";
      });
      expect(results.filter((result) => result === "ended")).to.have.length(others.length);
      expect(results.filter((result) => result === "SESSION_NOT_FOUND")).to.have.length(100 - others.length);
      const acts = await laterActsOf(context.app, user.id);
      expect(acts.map(({ sessionId }) => sessionId)).to.have.members(others);
      for (const client of clients) await accepted(client.call(getProfile, {}, tokens.access));
    } finally {
      for (const client of elsewhere) client.close();
      await second.close();
    }
  });
});
