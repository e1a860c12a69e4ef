import { expect } from "chai";
import { connectHttp2, getHttp2 } from "../http/http2-client.js";
import { connectRaw } from "../http/raw-client.js";
import { administrator } from "../support/administrator.js";
import { generousLimits, useTestService } from "../support/service.js";

const ORIGIN = "https://app.example.com";
const UNLISTED = [
  "https://app.example.com.",
  "https://app.example.com:8443",
  "https://app.example.com.evil.example",
];

describe("web pages of other origins", () => {
  const service = useTestService({
    environment: {
      ...generousLimits,
      LIMIT_FORGOT: "1/day",
      CORS_ALLOWED_ORIGINS: `http://localhost:5173, ${ORIGIN}`,
    },
  });
  let authorization = "";
  before(async () => {
    authorization = `Bearer ${(await administrator(service.context)).tokens.access}`;
    // From now on the limit is reached.
    await send({ method: "POST", path: "/api/auth/password/forgot/", ...json({ phone: "+237670000001" }) });
  });

  interface Sent {
    method?: string;
    path: string;
    headers?: Record<string, string>;
    body?: string;
  }

  const json = (body: object) => ({
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const send = ({ path, headers = {}, ...init }: Sent, more: Record<string, string> = {}) =>
    fetch(service.origin + path, { ...init, headers: { ...headers, ...more } });

  const corsHeaders = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-")));

  const login = "/waterbill.identity.v1.AuthService/Login";
  const profile = "/waterbill.identity.v1.ProfileService/GetProfile";
  const grpcWeb = { "content-type": "application/grpc-web+proto" };
  const responses: Record<string, Sent & { status: number; isAuthorized?: boolean }> = {
    "a REST response": { path: "/api/auth/profile/", isAuthorized: true, status: 200 },
    "a file": { path: "/api/auth/admin/whitelist/export/", isAuthorized: true, status: 200 },
    "invalid fields": { method: "POST", path: "/api/auth/login/", ...json({}), status: 400 },
    "a missing token": { path: "/api/auth/profile/", status: 401 },
    "an unknown path": { path: "/nowhere", status: 404 },
    "another HTTP method": { method: "PUT", path: "/api/auth/login/", status: 405 },
    "an OPTIONS that is no preflight": { method: "OPTIONS", path: "/api/auth/login/", status: 405 },
    "a body that is too large": {
      method: "POST",
      path: "/api/auth/login/",
      ...json({ phone: "1".repeat(100_000) }),
      status: 413,
    },
    "a form": {
      method: "POST",
      path: "/api/auth/login/",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "phone=1",
      status: 415,
    },
    "a limit that is reached": {
      method: "POST",
      path: "/api/auth/password/forgot/",
      ...json({ phone: "+237670000001" }),
      status: 429,
    },
    "a Connect call": { method: "POST", path: profile, ...json({}), isAuthorized: true, status: 200 },
    "a GET of Connect": {
      path: `${profile}?connect=v1&encoding=json&message=%7B%7D`,
      isAuthorized: true,
      status: 200,
    },
    "a Connect error": { method: "POST", path: login, ...json({}), status: 400 },
    "another content type on a service's path": {
      method: "POST",
      path: login,
      headers: { "content-type": "text/plain" },
      body: "x",
      status: 415,
    },
    "an unknown service over Connect": {
      method: "POST",
      path: "/no.Service/Method",
      ...json({}),
      status: 404,
    },
    "a gRPC-Web error": { method: "POST", path: login, headers: grpcWeb, body: "\0\0\0\0\0", status: 200 },
    "a probe": { path: "/readyz", status: 200 },
    "the keys of access tokens": { path: "/.well-known/jwks.json", status: 200 },
    "the issuer's metadata": { path: "/.well-known/openid-configuration", status: 200 },
    "a page": { path: "/account/phone-change", status: 200 },
  };
  for (const [what, { status, isAuthorized, ...request }] of Object.entries(responses)) {
    it(`may read, from a listed origin and no other: ${what}`, async () => {
      const token = isAuthorized ? { authorization } : {};
      const response = await send(request, { ...token, origin: ORIGIN });
      expect(response.status).to.equal(status);
      expect(corsHeaders(response)).to.have.all.keys(
        "access-control-allow-origin",
        "access-control-expose-headers",
      );
      expect(response.headers.get("access-control-allow-origin")).to.equal(ORIGIN);
      expect(response.headers.get("vary")).to.match(/\bOrigin\b/);
      for (const origin of [undefined, ...UNLISTED]) {
        const other = await send(request, { ...token, ...(origin !== undefined && { origin }) });
        expect(other.status).to.equal(status);
        expect(corsHeaders(other), origin).to.deep.equal({});
        expect(other.headers.get("vary"), origin).to.equal(response.headers.get("vary"));
        await other.arrayBuffer();
      }
      await response.arrayBuffer();
    });
  }

  it("get a preflight answered before limits, authentication and the path", async () => {
    const asked = { origin: ORIGIN, "access-control-request-method": "POST" };
    for (const path of ["/api/auth/password/forgot/", "/api/auth/profile/", login, "/nowhere"]) {
      const response = await send({ method: "OPTIONS", path }, asked);
      expect(response.status, path).to.equal(204);
      expect(response.headers.get("vary")).to.match(/Origin, Access-Control-Request-Method/);
      expect(response.headers.get("x-ratelimit-limit")).to.equal(null);
      expect(await response.text()).to.equal("");
      for (const origin of UNLISTED) {
        const refused = await send({ method: "OPTIONS", path }, { ...asked, origin });
        const today = await send({ method: "OPTIONS", path });
        expect(refused.status, origin).to.equal(today.status).and.not.equal(204);
        expect(corsHeaders(refused), origin).to.deep.equal({});
      }
    }
  });

  it("get the same over HTTP/2, and nothing if they name two origins", async () => {
    const session = connectHttp2(service.origin);
    const asked = { ":method": "OPTIONS", "access-control-request-method": "PATCH", origin: ORIGIN };
    const { status, headers } = await getHttp2(session, "/api/auth/me/", asked);
    expect([status, headers["access-control-allow-origin"]]).to.deep.equal([204, ORIGIN]);
    const { headers: other } = await getHttp2(session, "/ping/", { origin: UNLISTED[0]! });
    expect(other).not.to.have.property("access-control-allow-origin");
    session.destroy();

    const client = await connectRaw(Number(new URL(service.origin).port));
    const origins = `Origin: ${ORIGIN}\r\nOrigin: ${ORIGIN}`;
    client.send(`GET /ping/ HTTP/1.1\r\nHost: localhost\r\n${origins}\r\nConnection: close\r\n\r\n`);
    expect((await client.closed).toLowerCase())
      .to.include("200 ok")
      .and.not.include("access-control");
  });

  it("can't call OAuth's endpoints, which are for services", async () => {
    for (const path of ["/oauth2/token", "/oauth2/introspect"]) {
      for (const method of ["OPTIONS", "POST"]) {
        const asked = { origin: ORIGIN, "access-control-request-method": "POST" };
        const response = await send({ method, path }, asked);
        expect(response.status).to.be.oneOf([405, 400, 401]);
        expect(corsHeaders(response)).to.deep.equal({});
      }
    }
  });
});
