import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { expect } from "chai";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { administrator } from "../support/administrator.js";
import { openBrowser } from "../support/browser-fetch.js";
import { rejection } from "../support/rejection.js";
import { generousLimits, useTestService } from "../support/service.js";

const ORIGIN = "https://app.example.com";
const UNLISTED = "https://app.example.com:8443";
const PHONE = "+237670000001";

describe("clients in web pages of other origins", () => {
  const service = useTestService({
    environment: { ...generousLimits, LIMIT_FORGOT: "1/day", CORS_ALLOWED_ORIGINS: ORIGIN },
  });
  const profile = "/waterbill.identity.v1.ProfileService/GetProfile";
  let authorization = "";
  before(async () => {
    authorization = `Bearer ${(await administrator(service.context)).tokens.access}`;
    // From now on the limit is reached.
    const { transports } = openTransports(ORIGIN);
    await createClient(AuthService, transports["gRPC-Web"]!).requestPasswordReset({ phone: PHONE });
  });

  /** What connect-web sends in a page of `origin`. */
  function openTransports(origin: string) {
    const browser = openBrowser(origin);
    const options = { baseUrl: service.origin, fetch: browser.fetch };
    const transports: Record<string, Transport> = {
      "Connect JSON": createConnectTransport(options),
      "Connect binary, by GET": createConnectTransport({
        ...options,
        useHttpGet: true,
        useBinaryFormat: true,
      }),
      "gRPC-Web": createGrpcWebTransport(options),
    };
    return { browser, transports };
  }

  for (const name of Object.keys(openTransports(ORIGIN).transports)) {
    it(`call methods, and read errors and streams with what they expose: ${name}`, async () => {
      const { browser, transports } = openTransports(ORIGIN);
      const transport = transports[name]!;
      const seen = new Headers();
      const options = {
        headers: { authorization, "accept-language": "en", "x-request-id": "from-a-page" },
        timeoutMs: 10_000,
        onHeader(header: Headers) {
          for (const [key, value] of header) seen.set(key, value);
        },
      };
      const { user } = await createClient(ProfileService, transport).getProfile({}, options);
      expect(user?.isActive).to.equal(true);
      expect(seen.get("x-ratelimit-limit")).to.equal("100000");
      expect(seen.get("x-request-id")).to.equal("from-a-page");
      const method = name.endsWith("GET") ? "GET" : "POST";
      expect(browser.sent).to.deep.equal([`OPTIONS ${profile}`, `${method} ${profile}`]);

      const forgot = createClient(AuthService, transport).requestPasswordReset({ phone: PHONE });
      const error = ConnectError.from(await rejection(forgot));
      expect(error.code).to.equal(Code.ResourceExhausted);
      expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal("RATE_LIMITED");
      expect(Number(error.metadata.get("retry-after"))).to.be.greaterThan(0);

      const chunks = createClient(WhitelistService, transport).exportWhitelistEntries({}, options);
      let count = 0;
      for await (const _ of chunks) count += 1;
      expect(count).to.be.greaterThan(0);
    });

    it(`are refused by the browser if they aren't listed: ${name}`, async () => {
      const { browser, transports } = openTransports(UNLISTED);
      const client = createClient(ProfileService, transports[name]!);
      const error = ConnectError.from(await rejection(client.getProfile({}, { headers: { authorization } })));
      expect(error.rawMessage).to.equal("Failed to fetch");
      expect(browser.sent).to.deep.equal([`OPTIONS ${profile}`]);
    });
  }

  it("change the profile over REST, and read the name of an exported file", async () => {
    const { fetch: fetchAsPage, sent } = openBrowser(ORIGIN);
    const patched = await fetchAsPage(`${service.origin}/api/auth/me/`, {
      method: "PATCH",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ address: "Rue 1" }),
    });
    expect(patched.status).to.equal(200);
    expect(sent).to.deep.equal(["OPTIONS /api/auth/me/", "PATCH /api/auth/me/"]);
    const file = await fetchAsPage(`${service.origin}/api/auth/admin/whitelist/export/`, {
      headers: { authorization },
    });
    expect(file.headers.get("content-disposition")).to.match(/^attachment; filename=/);
    const refused = await fetchAsPage(`${service.origin}/api/auth/profile/`);
    expect(refused.headers.get("www-authenticate")).to.equal("Bearer");
  });
});
