import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import {
  LoginRequestSchema,
  LoginResponseSchema,
  RefreshTokenResponseSchema,
} from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { administrator } from "../support/administrator.js";
import { recordSecret } from "../support/log.js";
import { generousLimits, type TestService, useTestService } from "../support/service.js";
import { activeUser, atOnce, signedIn, testPassword } from "../support/test-context.js";
import {
  cookieField,
  HTTP_VERSIONS,
  type SendSession,
  type SessionResponse,
  sessionPath,
} from "./session-client.js";

const YEAR_SECONDS = 31_536_000;
const WEEK_SECONDS = 604_800;

const tokenIn = (cookie = "") => /=([^;]*)/.exec(cookie)?.[1] ?? "";

/** Signs in as the console does; the password is right unless another one is given. */
async function signIn(
  service: TestService,
  send: SendSession,
  { headers = {}, password = testPassword } = {},
) {
  const { phone } = await activeUser(service.context);
  const body = JSON.stringify({ phone, password });
  const response = await send(service.origin, { method: "Login", headers, body });
  for (const cookie of response.cookies) recordSecret(tokenIn(cookie));
  return { phone, response, message: JSON.parse(response.body) };
}

/** The body has no refresh token and no device, under whatever name. */
function expectNothingKept({ body, cookies }: SessionResponse): void {
  for (const cookie of cookies) expect(body).not.to.include(tokenIn(cookie));
  expect(body).not.to.match(/"refresh"|"device"/);
}

for (const [version, send] of HTTP_VERSIONS) {
  describe(`the cookies of the console over ${version}`, () => {
    const service = useTestService();
    const call = (method: string, headers: Record<string, string>, body = "{}") =>
      send(service.origin, { method, headers, body });

    it("hold refresh token and device, which no body holds, and are rotated at every refresh", async () => {
      const { response, message } = await signIn(service, send);
      expect(response.status).to.equal(200);
      expect(message.tokens.access).to.be.a("string");
      expectNothingKept(response);
      const end = "Path=/; HttpOnly; SameSite=Strict";
      expect(response.cookies.map((cookie) => cookie.replace(/=[^;]+/, "="))).to.deep.equal([
        `waterbill_refresh=; Max-Age=${WEEK_SECONDS}; ${end}`,
        `waterbill_device=; Max-Age=${YEAR_SECONDS}; ${end}`,
      ]);

      let { cookies } = response;
      for (let refreshes = 0; refreshes < 3; refreshes++) {
        const refreshed = await call("RefreshToken", { cookie: cookieField(cookies) });
        expect(refreshed.status).to.equal(200);
        expect(JSON.parse(refreshed.body).access).to.be.a("string");
        expectNothingKept(refreshed);
        expect(refreshed.cookies).to.have.length(1);
        expect(tokenIn(refreshed.cookies[0])).not.to.equal(tokenIn(cookies[0]));
        ({ cookies } = refreshed);
        recordSecret(tokenIn(cookies[0]));
      }
    });

    it("get the same successor in two tabs that refresh at once, and both go on", async () => {
      const { response } = await signIn(service, send);
      const headers = { cookie: cookieField(response.cookies) };
      const both = await atOnce(2, () => call("RefreshToken", headers));
      const tokens = both.map((one) => (typeof one === "string" ? one : tokenIn(one.cookies[0])));
      expect(tokens[0]).to.have.length.above(100);
      expect(tokens[1]).to.equal(tokens[0]);
      recordSecret(tokens[0]!);
      const next = await call("RefreshToken", { cookie: `waterbill_refresh=${tokens[0]}` });
      expect(next.status).to.equal(200);
    });

    it("are the only place that tokens are taken from", async () => {
      const { tokens } = await signedIn(service.context);
      const body = JSON.stringify({ refresh: tokens.refresh });
      const { status, cookies } = await call("RefreshToken", {}, body);
      expect({ status, cookies }).to.deep.equal({ status: 400, cookies: [] });
      const secure = { cookie: `__Host-waterbill_refresh=${tokens.refresh}` };
      expect((await call("RefreshToken", secure)).status).to.equal(400);
    });

    it("lose the refresh token at sign-out, which ends the session, and the device only if it is asked for", async () => {
      for (const [forget, gone] of [
        [{}, ["waterbill_refresh"]],
        [{ "x-forget-device": "true" }, ["waterbill_refresh", "waterbill_device"]],
      ] as const) {
        const { response, message } = await signIn(service, send);
        const cookie = cookieField(response.cookies);
        const authorization = `Bearer ${message.tokens.access}`;
        const left = await call("Logout", { cookie, authorization, ...forget });
        expect(left.status).to.equal(200);
        expect(left.cookies).to.deep.equal(
          gone.map((name) => `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict`),
        );
        const again = await call("RefreshToken", { cookie });
        expect(again.status).to.equal(401);
        expect(again.cookies).to.deep.equal([]);
        const profile = await fetch(`${service.origin}/api/auth/profile/`, { headers: { authorization } });
        expect(profile.status).to.equal(401);
      }
    });

    it("remember the second step, unless the browser is not to", async () => {
      for (const [forget, kept] of [
        [{}, ["waterbill_device"]],
        [{ "x-forget-device": "true" }, []],
      ] as const) {
        const { user, tokens } = await administrator(service.context);
        const authorization = `Bearer ${tokens.access}`;
        await fetch(`${service.origin}/api/auth/second-factor/request/`, {
          method: "POST",
          headers: { authorization, "content-type": "application/json" },
          body: "{}",
        });
        const code = service.context.outbox.codeFor(user.phone);
        const body = JSON.stringify({ code });
        const confirmed = await call("ConfirmSecondFactor", { authorization, ...forget }, body);
        expect(confirmed.status).to.equal(200);
        expectNothingKept(confirmed);
        for (const cookie of confirmed.cookies) recordSecret(tokenIn(cookie));
        expect(confirmed.cookies.map((cookie) => cookie.split("=", 1)[0])).to.deep.equal(kept);
      }
    });

    it("stay as they are when a call fails", async () => {
      const wrong = await signIn(service, send, { password: "wrong" });
      expect(wrong.response.status).to.equal(401);
      expect(wrong.response.cookies).to.deep.equal([]);
      for (const method of ["Login", "RefreshToken", "Logout", "ConfirmSecondFactor"]) {
        for (const body of ["{", "[]", '{"phone":1}', "null", ""]) {
          const { status, cookies } = await call(method, {}, body);
          expect(status, `${method} ${body}`).to.be.within(400, 499);
          expect(cookies, `${method} ${body}`).to.deep.equal([]);
        }
      }
    });

    it("are refused, and nothing worse, in any size and spelling", async () => {
      const values = [
        "x".repeat(12_000),
        "%",
        "%00",
        "%E0%A4%A",
        "%ff%fe",
        '"quoted"',
        "a=b=c",
        "__proto__",
        "a\tb",
        "é",
        "eyJhbGciOiJub25lIn0..",
      ];
      for (const value of values) {
        for (const name of ["waterbill_refresh", "waterbill_device", "__proto__", "constructor"]) {
          const { status, cookies } = await call("RefreshToken", { cookie: `${name}=${value}` });
          expect(status, `${name} ${value.slice(0, 20)}`).to.be.within(400, 499);
          expect(cookies).to.deep.equal([]);
        }
        const headers = { cookie: `waterbill_device=${value}; ;;=; waterbill_device` };
        expect((await signIn(service, send, { headers })).response.status).to.equal(200);
      }
      const { status } = await call("RefreshToken", { cookie: `waterbill_refresh=${"x".repeat(40_000)}` });
      expect(status).to.be.within(400, 499);
    });
  });
}

describe("the cookies of the console where PUBLIC_URL has HTTPS", () => {
  const service = useTestService({ environment: { ...generousLimits, PUBLIC_URL: "https://id.example" } });

  it("are bound to the host and to HTTPS", async () => {
    for (const [, send] of HTTP_VERSIONS) {
      const headers = { origin: "https://id.example", "sec-fetch-site": "same-origin" };
      const { response, message } = await signIn(service, send, { headers });
      const end = "Path=/; HttpOnly; Secure; SameSite=Strict";
      expect(response.cookies.map((cookie) => cookie.replace(/=[^;]+/, "="))).to.deep.equal([
        `__Host-waterbill_refresh=; Max-Age=${WEEK_SECONDS}; ${end}`,
        `__Host-waterbill_device=; Max-Age=${YEAR_SECONDS}; ${end}`,
      ]);
      const cookie = cookieField(response.cookies);
      const refresh = (field: string) =>
        send(service.origin, { method: "RefreshToken", headers: { ...headers, cookie: field } });
      expect((await refresh(cookie.replaceAll("__Host-", ""))).status).to.equal(400);
      const refreshed = await refresh(cookie);
      expect(refreshed.status).to.equal(200);
      recordSecret(tokenIn(refreshed.cookies[0]));
      const authorization = `Bearer ${message.tokens.access}`;
      const left = await send(service.origin, {
        method: "Logout",
        headers: { ...headers, cookie: cookieField(refreshed.cookies), authorization },
      });
      expect(left.cookies).to.deep.equal([`__Host-waterbill_refresh=; Max-Age=0; ${end}`]);
    }
  });
});

describe("the console's methods of sign-in", () => {
  const lines: Record<string, unknown>[] = [];
  const service = useTestService({
    environment: { ...generousLimits, LIMIT_LOGIN: "2/minute" },
    onLogLine: (line) => lines.push(JSON.parse(line)),
  });

  it("take Protobuf, as the console sends it, and log each call like any other", async () => {
    const { phone } = await activeUser(service.context);
    const post = (method: string, body: Uint8Array, cookie = "") =>
      fetch(`${service.origin}${sessionPath(method)}`, {
        method: "POST",
        headers: { origin: service.origin, "content-type": "application/proto", cookie },
        body: new Uint8Array(body),
      });
    lines.length = 0;
    const message = {
      $typeName: "waterbill.identity.v1.LoginRequest",
      phone,
      password: testPassword,
    } as const;
    const response = await post("Login", toBinary(LoginRequestSchema, { ...message, device: "" }));
    expect(response.status).to.equal(200);
    const cookies = response.headers.getSetCookie();
    for (const cookie of cookies) recordSecret(tokenIn(cookie));
    const login = fromBinary(LoginResponseSchema, new Uint8Array(await response.arrayBuffer()));
    expect(login.user?.phone).to.equal(phone);
    expect([login.tokens?.refresh, login.device]).to.deep.equal(["", ""]);
    const line = lines.find(({ msg }) => msg === "call")!;
    expect(line).to.include({
      method: "waterbill.identity.v1.AuthService/Login",
      protocol: "connect",
      status: "ok",
      address: "127.0.0.1",
    });
    const refreshed = await post("RefreshToken", new Uint8Array(), cookieField(cookies));
    recordSecret(tokenIn(refreshed.headers.getSetCookie()[0]));
    const tokens = fromBinary(RefreshTokenResponseSchema, new Uint8Array(await refreshed.arrayBuffer()));
    expect(tokens.access).not.to.equal("");
    expect(tokens.refresh).to.equal("");
  });

  it("count towards the same limits as AuthService, for requests of their own pages alone", async () => {
    const [, send] = HTTP_VERSIONS[0]!;
    const { phone } = await activeUser(service.context);
    const body = JSON.stringify({ phone, password: "wrong" });
    const statusOf = async (headers = {}) =>
      (await send(service.origin, { method: "Login", headers, body })).status;
    const counted = await fetch(`${service.origin}/api/auth/login/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    // The test before has signed in once.
    expect(counted.status).to.equal(401);
    for (let page = 0; page < 5; page++) {
      expect(await statusOf({ origin: "https://evil.example" })).to.equal(403);
    }
    expect(await statusOf()).to.equal(429);
  });
});
