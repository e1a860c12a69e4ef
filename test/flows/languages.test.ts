import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { expect } from "chai";
import { LocalizedMessageSchema } from "#gen/google/rpc/error_details_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { ERROR_TABLE } from "../../src/errors.js";
import { type Language, localize } from "../../src/messages/catalogue.js";
import { connectHttp2, getHttp2 } from "../http/http2-client.js";
import { connectRaw } from "../http/raw-client.js";
import { grpcWebTextClient, openProtocolClients, type ProtocolClient } from "../rpc/protocols.js";
import { aroundTests } from "../support/fixture.js";
import { useTestService } from "../support/service.js";

/** What clients ask for, and what they get. */
const REQUESTED: Record<string, readonly [acceptLanguage: string, language: Language]> = {
  French: ["fr", "fr"],
  English: ["en", "en"],
  "the French of Cameroon": ["fr-CM", "fr"],
  "British English in capitals": ["EN-GB", "en"],
  "rather French": ["en;q=0.8, fr;q=0.9", "fr"],
  "rather English": ["fr;q=0.8, en;q=0.9, *;q=0.1", "en"],
  "anything but English": ["en;q=0, *", "fr"],
  "anything but French": ["fr;q=0, *", "en"],
  "neither of the two": ["fr;q=0, en;q=0", "fr"],
  anything: ["*", "fr"],
  "anything rather than English": ["*, en;q=0.5", "fr"],
  German: ["de", "fr"],
  "rather German than English": ["de, en;q=0.1", "en"],
  "nothing readable": [";;q=, =,en;q=x", "fr"],
  "more than is read": [`en${", de".repeat(80)}`, "fr"],
};

const profilePath = "/waterbill.identity.v1.ProfileService/GetProfile";

describe("the language of responses", () => {
  const service = useTestService();
  const clients: ProtocolClient[] = [];
  aroundTests(async () => {
    clients.push(...openProtocolClients(service.origin), grpcWebTextClient(service.origin));
    return () => {
      for (const client of clients.splice(0)) client.close();
    };
  });

  const unauthenticated = (language: Language) => localize(language, ERROR_TABLE.UNAUTHENTICATED.message);

  for (const [what, [acceptLanguage, language]] of Object.entries(REQUESTED)) {
    const headers = { "accept-language": acceptLanguage };
    const send = (path: string, init: RequestInit = {}) =>
      fetch(service.origin + path, { ...init, headers: { ...headers, ...init.headers } });

    it(`is ${language} over gRPC, gRPC-Web and Connect for: ${what}`, async () => {
      for (const { name, call } of clients) {
        const refused = await call(ProfileService.method.getProfile, {}, headers);
        expect(refused.header.get("content-language"), name).to.equal(language);
        expect(refused, name).to.include({ locale: language, message: unauthenticated(language) });
        const invalid = await call(AuthService.method.login, {}, headers);
        expect(invalid.fields.password, name).to.equal(localize(language, (m) => m.fieldRequired));
      }
      const refused = await send(`${profilePath}?connect=v1&encoding=json&message=%7B%7D`);
      expect(refused.headers.get("content-language")).to.equal(language);
      expect(await refused.json()).to.include({ message: unauthenticated(language) });
    });

    it(`is ${language} in streams for: ${what}`, async () => {
      for (const createTransport of [createConnectTransport, createGrpcWebTransport]) {
        const client = createClient(WhitelistService, createTransport({ baseUrl: service.origin }));
        const chunks = client.exportWhitelistEntries({}, { headers })[Symbol.asyncIterator]();
        const error = ConnectError.from(await chunks.next().catch((reason: unknown) => reason));
        const [localized] = error.findDetails(LocalizedMessageSchema);
        expect(localized).to.include({ locale: language, message: unauthenticated(language) });
      }
    });

    it(`is ${language} over REST and in pages for: ${what}`, async () => {
      const refused = await send("/api/auth/profile/");
      expect(refused.headers.get("content-language")).to.equal(language);
      expect(await refused.json()).to.include({ message: unauthenticated(language) });
      const unknown = await send("/nowhere");
      expect(await unknown.json()).to.include({ message: localize(language, (m) => m.pathUnknown) });
      const page = await send("/account/phone-change");
      expect(page.headers.get("content-language")).to.equal(language);
      expect(await page.text()).to.include(`<html lang="${language}">`);
    });
  }

  it("is English in OAuth, whose messages are for developers", async () => {
    for (const acceptLanguage of ["fr", "en", "*"]) {
      const refused = await fetch(`${service.origin}/oauth2/token`, {
        method: "POST",
        headers: { "accept-language": acceptLanguage },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
      });
      expect(refused.headers.get("content-language")).to.equal("en");
      expect(await refused.json()).to.include({ error_description: "Client authentication is required." });
    }
  });

  it("follows all header fields of one name", async () => {
    const port = Number(new URL(service.origin).port);
    const session = connectHttp2(service.origin);
    for (const path of ["/api/auth/profile/", `${profilePath}?encoding=json&message=%7B%7D`]) {
      const repeated = ["de", "fr;q=0.1", "en;q=0.2"];
      const { headers } = await getHttp2(session, path, { "accept-language": repeated });
      expect(headers["content-language"], path).to.equal("en");
      const client = await connectRaw(port);
      const fields = repeated.map((value) => `Accept-Language: ${value}\r\n`).join("");
      client.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${fields}\r\n`);
      expect((await client.closed).toLowerCase(), path).to.include("content-language: en\r\n");
    }
    session.destroy();
  });

  it("is French for clients that ask for nothing", async () => {
    const grpc = clients.find(({ name }) => name === "gRPC")!;
    const { header, locale } = await grpc.call(ProfileService.method.getProfile, {});
    expect([header.get("content-language"), locale]).to.deep.equal(["fr", "fr"]);
    const client = await connectRaw(Number(new URL(service.origin).port));
    client.send("GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    expect((await client.closed).toLowerCase()).to.include("content-language: fr\r\n");
  });
});
