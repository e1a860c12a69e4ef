import { readFileSync } from "node:fs";
import { expect } from "chai";
import { DAILY_GUESSES, guessPlace } from "../../src/guessing/guess.js";
import { maskPhone } from "../../src/system/redact.js";
import { SECURITY_EVENTS } from "../../src/telemetry/security-events.js";
import { post as postForm } from "../oauth/oauth-client.js";
import { administrator } from "../support/administrator.js";
import { generousLimits, useTestService } from "../support/service.js";
import { newService, serviceToken } from "../support/services.js";
import { activeUser, newPhone, signedIn } from "../support/test-context.js";

describe("events in the log", () => {
  const lines: Record<string, unknown>[] = [];
  const service = useTestService({
    environment: { ...generousLimits, LIMIT_REGISTER: "1/hour" },
    onLogLine: (line) => lines.push(JSON.parse(line)),
  });

  /** Makes a request, and returns the line of its call. */
  async function lineOf(path: string, init: { body?: object; token?: string } = {}) {
    lines.length = 0;
    const response = await fetch(service.origin + path, {
      method: init.body ? "POST" : "GET",
      headers: {
        "content-type": "application/json",
        ...(init.token && { authorization: `Bearer ${init.token}` }),
      },
      ...(init.body && { body: JSON.stringify(init.body) }),
    });
    await response.arrayBuffer();
    return callLine();
  }
  const callLine = () => lines.find(({ msg }) => msg === "call") ?? {};
  const signIn = (phone: string) => lineOf("/api/auth/login/", { body: { phone, password: "wrong" } });

  it("are all in docs/logs.md, which has no others", () => {
    const guide = readFileSync("docs/logs.md", "utf8");
    const documented = [...guide.matchAll(/^\| `([a-z_.]+)` \|/gm)].map(([, name]) => name);
    const events = documented.filter((name) => name?.includes(".") && !name.startsWith("account."));
    expect(events).to.have.members(Object.values(SECURITY_EVENTS));
  });

  it("have the masked number of a sign-in that is refused, with and without an account", async () => {
    const { phone } = await activeUser(service.context);
    for (const number of [phone, newPhone()]) {
      const line = await signIn(number);
      expect(line).to.include({ event: "sign_in.refused", reason: "CREDENTIALS_REJECTED" });
      expect(line).to.include({ phone: maskPhone(number), address: "127.0.0.1" });
      expect(line.requestId).to.be.a("string");
    }
  });

  it("have nothing of a phone number that is none", async () => {
    const line = await signIn("Motdepasse123!");
    expect(line).to.include({ reason: "PHONE_INVALID" }).and.not.to.have.any.keys("phone", "event");
    const { token } = await administratorToken();
    const read = await lineOf("/api/auth/admin/users/?search=Motdepasse123!", { token });
    expect(read).to.include({ event: "staff.read" }).and.not.to.have.property("phone");
  });

  it("tell a number with too many guesses from a limit", async () => {
    const phone = newPhone();
    const { app, clock, testDatabase } = service.context;
    const networks = Array.from({ length: DAILY_GUESSES.unknown }, (_, index) => String(index));
    const { bucket } = guessPlace(app.codeKey, phone, "");
    const now = clock.now();
    await testDatabase.database.models.numberGuesses.create(
      { bucket, networks, wrong_at: networks.map(() => now), last_at: now },
      { transaction: null },
    );
    const locked = await signIn(phone);
    expect(locked).to.include({ event: "sign_in.locked", reason: "RATE_LIMITED", phone: maskPhone(phone) });

    await lineOf("/api/auth/register/", { body: {} });
    const limited = await lineOf("/api/auth/register/", { body: {} });
    expect(limited).to.include({ event: "limit.reached", reason: "RATE_LIMITED" });
  });

  async function administratorToken() {
    const { user, tokens } = await administrator(service.context);
    return { id: user.id, token: tokens.access };
  }

  it("name the administrator who reads, and whose account", async () => {
    const { id, token } = await administratorToken();
    const { phone } = await activeUser(service.context);
    for (const path of [
      "/api/auth/admin/users/",
      "/api/auth/admin/whitelist/",
      "/api/auth/admin/whitelist/export/",
    ]) {
      expect(await lineOf(path, { token }), path).to.include({
        event: "staff.read",
        userId: id,
        status: "ok",
      });
    }
    const own = { event: "staff.read", userId: id, status: "ok", phone: maskPhone(phone) };
    expect(await lineOf(`/api/auth/admin/users/${phone}/sessions/`, { token })).to.include(own);
    expect(await lineOf(`/api/auth/admin/whitelist/${phone}/history/`, { token })).to.include(own);
    expect(await lineOf("/api/auth/admin/whitelist/check/", { body: { phone }, token })).to.include(own);
  });

  it("name the administrator who changes something", async () => {
    const { id, token } = await administratorToken();
    const phone = newPhone();
    const added = await lineOf("/api/auth/admin/whitelist/add/", { body: { phone }, token });
    expect(added).to.include({ event: "staff.changed", userId: id, phone: maskPhone(phone) });
    const again = await lineOf("/api/auth/admin/whitelist/add/", { body: { phone }, token });
    expect(again).to.include({ reason: "ENTRY_EXISTS" }).and.not.to.have.property("event");
  });

  it("tell who has no right to a call", async () => {
    const { user, tokens } = await signedIn(service.context);
    for (const path of ["/api/auth/admin/users/", "/api/auth/admin/whitelist/export/"]) {
      const line = await lineOf(path, { token: tokens.access });
      expect(line, path).to.include({ event: "access.denied", reason: "ADMIN_REQUIRED", userId: user.id });
    }
    const token = await serviceToken(service.context, ["tokens.introspect"]);
    const asked = await lineOf("/waterbill.identity.v1.DirectoryService/BatchGetUsers", { body: {}, token });
    expect(asked).to.include({ event: "access.denied", reason: "SCOPE_REQUIRED" });
  });

  it("are in no line of an everyday call", async () => {
    const { tokens } = await signedIn(service.context);
    const line = await lineOf("/api/auth/profile/", { token: tokens.access });
    expect(line).to.include({ status: "ok" }).and.not.to.have.any.keys("event", "phone");
  });

  it("say why a service is refused, and name only one that exists", async () => {
    const billing = await newService(service.context, ["users.read"]);
    const ask = async (credentials: typeof billing | null) => {
      lines.length = 0;
      await postForm(`${service.origin}/oauth2/token`, { grant_type: "client_credentials" }, credentials);
      return callLine();
    };
    const { name } = billing;
    const refused = { event: "service.refused", status: "invalid_client" };
    const unknown = await ask({ name: "a-secret-by-mistake", secret: billing.secret });
    expect(unknown)
      .to.include({ ...refused, refusal: "unknown_service" })
      .and.not.to.have.property("service");
    expect(await ask({ name, secret: "wrong" })).to.include({
      ...refused,
      refusal: "wrong_proof",
      service: name,
    });
    expect(await ask(null))
      .to.include(refused)
      .and.not.to.have.any.keys("service", "refusal");
    expect(await ask(billing))
      .to.include({ status: "ok", service: name })
      .and.not.to.have.property("event");
    await service.context.app.services.change(null, name, { isDisabled: true });
    expect(await ask(billing)).to.include({ ...refused, refusal: "disabled_service", service: name });
  });
});
