import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { rateLimited } from "../../src/errors.js";
import { useRoutedServer } from "../rpc/fake-server.js";
import { openProtocolClients } from "../rpc/protocols.js";
import { connectHttp2, getHttp2 } from "./http2-client.js";

describe("every response", () => {
  const fake = useRoutedServer();

  function expectCommon(header: Pick<Headers, "get">, language: string, what: string): void {
    expect(header.get("content-language"), what).to.equal(language);
    expect(header.get("vary"), what).to.equal("Accept-Language, Origin");
    expect(header.get("x-content-type-options"), what).to.equal("nosniff");
  }

  it("names its language, what it depends on and nosniff: probes, REST and their errors", async () => {
    for (const [method, path, status] of [
      ["GET", "/ping/", 200],
      ["POST", "/healthz", 405],
      ["GET", "/readyz", 200],
      ["POST", "/api/auth/login/", 200],
      ["GET", "/api/auth/login/", 405],
      ["GET", "/api/auth/profile/", 401],
      ["GET", "/nowhere", 404],
    ] as const) {
      for (const language of ["fr", "en"]) {
        const headers = { "content-type": "application/json", "accept-language": language };
        const body = method === "POST" ? '{"phone":"675799743","password":"x"}' : null;
        const response = await fetch(fake.url + path, { method, headers, body });
        expect(response.status, path).to.equal(status);
        expectCommon(response.headers, language, path);
      }
    }
  });

  it("does so over HTTP/2", async () => {
    const session = connectHttp2(fake.url);
    for (const path of ["/ping/", "/api/auth/profile/", "/nowhere"]) {
      const { headers } = await getHttp2(session, path);
      expectCommon({ get: (name) => String(headers[name]) }, "fr", path);
    }
    session.destroy();
  });

  it("does so on gRPC, gRPC-Web and Connect, whether the call succeeds or fails", async () => {
    const clients = openProtocolClients(fake.url);
    for (const client of clients) {
      for (const input of [{ phone: "1", password: "x" }, {}]) {
        for (const language of ["fr", "en"]) {
          const { header } = await client.call(AuthService.method.login, input, {
            "accept-language": language,
          });
          expectCommon(header, language, client.name);
        }
      }
      client.close();
    }
  });

  it("is in English for the RATE_LIMITED of REST, unless a language is requested", async () => {
    fake.services.before = () => {
      throw rateLimited(42, { limit: 15, resetAt: 1_772_366_442 });
    };
    const login = (headers: Record<string, string>) =>
      fetch(`${fake.url}/api/auth/login/`, {
        method: "POST",
        body: '{"phone":"675799743","password":"x"}',
        headers: { "content-type": "application/json", ...headers },
      });
    expectCommon((await login({})).headers, "en", "no Accept-Language");
    expectCommon((await login({ "accept-language": "fr" })).headers, "fr", "French");
  });

  it("is in the envelope when a probe is called with another method", async () => {
    const response = await fetch(`${fake.url}/ping/`, { method: "POST", body: "x" });
    expect(response.status).to.equal(405);
    expect(response.headers.get("allow")).to.equal("GET, HEAD");
    expect(await response.json()).to.deep.equal({
      status: "error",
      message: "Méthode non autorisée.",
      data: {},
    });
  });
});
