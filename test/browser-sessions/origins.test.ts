import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, testPassword } from "../support/test-context.js";
import { HTTP_VERSIONS, type SessionRequest, sessionPath } from "./session-client.js";

const METHODS = ["Login", "ConfirmSecondFactor", "RefreshToken", "Logout"];

describe("the console's methods of sign-in, for requests of other pages", () => {
  const lines: Record<string, unknown>[] = [];
  const service = useTestService({
    environment: { ...generousLimits, CORS_ALLOWED_ORIGINS: "https://shop.example" },
    onLogLine: (line) => lines.push(JSON.parse(line)),
  });
  const origin = () => service.origin;
  const otherPort = () => origin().replace(/\d+$/, "9");

  /** What differs from a request of the console's own page. */
  const FOREIGN: Record<string, () => Record<string, string>> = {
    "no origin": () => ({ origin: "" }),
    "another origin": () => ({ origin: "https://evil.example" }),
    "an origin that CORS allows": () => ({ origin: "https://shop.example" }),
    "an opaque origin": () => ({ origin: "null" }),
    "another port": () => ({ origin: otherPort() }),
    "an origin with a user": () => ({ origin: origin().replace("//", "//user@") }),
    "an origin with a path": () => ({ origin: `${origin()}/admin/` }),
    "another site, by Sec-Fetch-Site": () => ({ "sec-fetch-site": "cross-site" }),
    "another scheme, by Sec-Fetch-Site": () => ({
      origin: origin().replace("http:", "https:"),
      "sec-fetch-site": "cross-site",
    }),
    "another host of the site, by Sec-Fetch-Site": () => ({ "sec-fetch-site": "same-site" }),
    "an address bar, by Sec-Fetch-Site": () => ({ "sec-fetch-site": "none" }),
    "two origins": () => ({ origin: `${origin()}, https://evil.example` }),
  };

  for (const [version, send] of HTTP_VERSIONS) {
    it(`refuses them and sets nothing, over ${version}`, async () => {
      const { phone } = await activeUser(service.context);
      const body = JSON.stringify({ phone, password: testPassword });
      for (const [what, headers] of Object.entries(FOREIGN)) {
        for (const method of METHODS) {
          lines.length = 0;
          const response = await send(origin(), { method, headers: headers(), body });
          const { status, cookies } = response;
          expect({ status, cookies }, `${method}: ${what}`).to.deep.equal({ status: 403, cookies: [] });
          expect(JSON.parse(response.body).message).to.equal(
            "This request does not come from a page of this service.",
          );
          const field = response.headers["access-control-allow-origin"];
          expect(field, `${method}: ${what}`).to.equal(undefined);
          expect(lines, `${method}: ${what}`).to.have.length(1);
          expect(lines[0]).to.include({
            event: "origin.refused",
            msg: "call",
            method: `waterbill.identity.v1.AuthService/${method}`,
            protocol: "connect",
            status: "permission_denied",
            address: "127.0.0.1",
            requestId: response.headers["x-request-id"],
          });
        }
      }
    });

    it(`refuses what is no JSON or Protobuf, and no POST, over ${version}`, async () => {
      const refused: [Omit<SessionRequest, "method">, number][] = [
        ...["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""].map(
          (type): [Omit<SessionRequest, "method">, number] => [{ headers: { "content-type": type } }, 415],
        ),
        [{ headers: { "content-type": "application/grpc-web+proto" } }, 415],
        [{ headers: { "content-type": "application/json; charset=utf-16" } }, 415],
        ...["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].map(
          (httpMethod): [Omit<SessionRequest, "method">, number] => [{ httpMethod }, 405],
        ),
      ];
      for (const [request, expected] of refused) {
        for (const method of METHODS) {
          const { status, cookies, headers } = await send(origin(), { method, ...request });
          const what = `${method} ${JSON.stringify(request)}`;
          expect({ status, cookies }, what).to.deep.equal({ status: expected, cookies: [] });
          if (expected === 405) expect(headers.allow, what).to.equal("POST");
        }
      }
    });
  }

  it("refuses requests that name no host", async () => {
    for (const claimed of ["https://undefined", "http://undefined", "https://", "null"]) {
      const socket = connect(Number(new URL(origin()).port), "127.0.0.1");
      const head = `POST ${sessionPath("RefreshToken")} HTTP/1.0\r\nOrigin: ${claimed}`;
      socket.write(`${head}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`);
      expect(await text(socket), claimed).to.match(/^HTTP\/1\.1 403 /);
    }
  });

  it("has no other method, and takes no preflight", async () => {
    const [, send] = HTTP_VERSIONS[0]!;
    const preflight = { "access-control-request-method": "POST", origin: "https://shop.example" };
    const asked = await send(origin(), { method: "Login", httpMethod: "OPTIONS", headers: preflight });
    expect(asked.status).to.equal(405);
    expect(Object.keys(asked.headers).filter((name) => name.startsWith("access-control"))).to.deep.equal([]);
    expect((await send(origin(), { method: "Register" })).status).to.equal(404);
    const { status } = await fetch(`${origin()}${sessionPath("Login")}/`, { method: "POST" });
    expect(status).to.equal(404);
  });
});

describe("the console's methods of sign-in behind a proxy", () => {
  const publicOrigin = "https://id.example";
  const service = useTestService({
    environment: { ...generousLimits, PUBLIC_URL: `${publicOrigin}/identity` },
  });

  for (const [version, send] of HTTP_VERSIONS) {
    it(`takes requests from PUBLIC_URL, whatever host the proxy names, over ${version}`, async () => {
      const statusOf = async (headers: Record<string, string>) =>
        (await send(service.origin, { method: "RefreshToken", headers })).status;
      // 400: there is no cookie.
      expect(await statusOf({ origin: publicOrigin, "sec-fetch-site": "same-origin" })).to.equal(400);
      expect(await statusOf({ origin: "https://other.example", host: "other.example" })).to.equal(400);
      expect(await statusOf({ origin: "https://other.example", host: "OTHER.example" })).to.equal(400);
      expect(await statusOf({ origin: "https://id.example:8443" })).to.equal(403);
      // People reach it over HTTPS alone.
      expect(await statusOf({ origin: "http://id.example", host: "id.example" })).to.equal(403);
      expect(await statusOf({ origin: service.origin })).to.equal(403);
    });
  }
});

describe("the console's methods of sign-in without the console", () => {
  const service = useTestService({ environment: { ...generousLimits, CONSOLE: "false" } });

  it("are unknown, as its pages are", async () => {
    for (const [, send] of HTTP_VERSIONS) {
      for (const type of ["application/json", "application/proto"]) {
        for (const method of METHODS) {
          const headers = { "content-type": type };
          expect((await send(service.origin, { method, headers })).status, type).to.equal(404);
        }
      }
    }
    for (const path of ["/admin", "/admin/"]) {
      expect((await fetch(service.origin + path)).status).to.equal(404);
    }
  });
});
