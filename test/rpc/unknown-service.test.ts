import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import {
  createConnectTransport as createBrowserTransport,
  createGrpcWebTransport as createBrowserWebTransport,
} from "@connectrpc/connect-web";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { expect } from "chai";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { rejection } from "../support/rejection.js";
import { useRoutedServer } from "./fake-server.js";
import { readConnectError } from "./protocols.js";
import { sendRaw } from "./raw-grpc.js";

/** A service that no other version of this server has either. */
const path = "/waterbill.payments.v1.PaymentService/Pay";

describe("an unknown service", () => {
  const fake = useRoutedServer();

  /** Renames the services in a URL, so that a generated client calls services that the server doesn't have. */
  const rename = (url: string) => url.replace("identity.v1", "identity.v9");

  const fetchRenamed: typeof fetch = (input, init) => fetch(rename(String(input)), init);

  const browserTransports: Record<string, () => Transport> = {
    "gRPC-Web": () => createBrowserWebTransport({ baseUrl: fake.url, fetch: fetchRenamed }),
    "Connect JSON": () => createBrowserTransport({ baseUrl: fake.url, fetch: fetchRenamed }),
    "Connect binary": () =>
      createBrowserTransport({ baseUrl: fake.url, fetch: fetchRenamed, useBinaryFormat: true }),
    "Connect GET": () => createBrowserTransport({ baseUrl: fake.url, fetch: fetchRenamed, useHttpGet: true }),
  };
  for (const [name, openTransport] of Object.entries(browserTransports)) {
    it(`is unimplemented for the clients of ${name}, in the language of the caller`, async () => {
      const transport = openTransport();
      const unary = createClient(ProfileService, transport);
      const error = ConnectError.from(
        await rejection(unary.getProfile({}, { headers: { "accept-language": "en" } })),
      );
      expect([error.code, error.rawMessage]).to.deep.equal([Code.Unimplemented, "Not found."]);
      const stream = createClient(WhitelistService, transport).exportWhitelistEntries({});
      const failure = ConnectError.from(await rejection(stream[Symbol.asyncIterator]().next()));
      expect(failure.code).to.equal(Code.Unimplemented);
    });
  }

  it("is unimplemented for connect-node's clients, unary and streaming", async () => {
    // The fake server has no WhitelistService.
    const baseUrl = fake.url;
    for (const transport of [
      createGrpcTransport({ baseUrl }),
      createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
      createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
      createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false }),
      createConnectTransport({ baseUrl, httpVersion: "2" }),
    ]) {
      const client = createClient(WhitelistService, transport);
      expect(await rejection(client.checkWhitelist({}))).to.include({ code: Code.Unimplemented });
      const next = client.exportWhitelistEntries({})[Symbol.asyncIterator]().next();
      expect(await rejection(next)).to.include({ code: Code.Unimplemented });
    }
  });

  it("is unimplemented for @grpc/grpc-js, also below /api/", async () => {
    const client = new Client(new URL(fake.url).host, credentials.createInsecure());
    const keep = (bytes: Buffer) => bytes;
    for (const each of [path, `/api${path}`]) {
      const error = await new Promise<ServiceError | null>((resolve) => {
        client.makeUnaryRequest(each, keep, keep, Buffer.alloc(0), new Metadata(), resolve);
      });
      expect(error?.code, each).to.equal(Code.Unimplemented);
    }
    client.close();
  });

  it("is refused with HTTP 200 and a status in trailers over gRPC, with its reason", async () => {
    for (const each of [path, "/", "/nowhere/at/all", "/oauth2/token"]) {
      const { httpStatus, header, trailer, reason, body } = await sendRaw(fake.url, each, Buffer.alloc(5));
      expect([httpStatus, reason, body.length], each).to.deep.equal([200, "INVALID_REQUEST", 0]);
      expect(header["content-type"]).to.equal("application/grpc");
      expect(trailer["grpc-status"]).to.equal("12");
    }
  });

  it("is refused in a trailer frame over gRPC-Web", async () => {
    const response = await fetch(fake.url + path, {
      method: "POST",
      body: Buffer.alloc(5),
      headers: { "content-type": "application/grpc-web+proto" },
    });
    expect(response.status).to.equal(200);
    expect(response.headers.get("content-type")).to.equal("application/grpc-web+proto");
    const body = Buffer.from(await response.arrayBuffer());
    expect(body.readUInt8(0)).to.equal(0x80);
    expect(body.subarray(5).toString()).to.include("grpc-status: 12\r\n");
  });

  const send = (method: string, target: string, headers: Record<string, string>) =>
    fetch(fake.url + target, { method, headers, body: method === "GET" ? null : "{}" });

  const connectRequests: [string, string, Record<string, string>][] = [
    ["POST", path, { "content-type": "application/json" }],
    ["POST", path, { "content-type": "application/json; charset=utf-8" }],
    ["POST", "/nowhere", { "content-type": "application/proto" }],
    ["POST", path, { "content-type": "application/connect+json" }],
    ["POST", path, { "content-type": "application/connect+proto" }],
    ["POST", "/Service/Method", { "content-type": "application/json", "connect-protocol-version": "1" }],
    ["GET", `${path}?connect=v1&encoding=json&message=%7B%7D`, {}],
  ];
  for (const [method, target, headers] of connectRequests) {
    it(`is refused with 404 and a Connect error: ${method} ${target} ${JSON.stringify(headers)}`, async () => {
      const response = await send(method, target, headers);
      expect(response.status).to.equal(404);
      expect(response.headers.get("content-type")).to.equal("application/json");
      expect(await readConnectError(response)).to.include({
        code: Code.Unimplemented,
        reason: "INVALID_REQUEST",
        message: "Ressource introuvable.",
      });
    });
  }

  const restRequests: [string, string, Record<string, string>, number][] = [
    ["POST", "/nowhere", { "content-type": "application/json" }, 404],
    ["POST", path, { "content-type": "text/plain" }, 404],
    ["POST", "/waterbill.identity.v1.AuthService", { "content-type": "application/json" }, 404],
    ["GET", path, {}, 404],
    ["GET", "/nowhere?encoding=json", { "content-type": "application/grpc" }, 404],
    ["PUT", path, { "content-type": "application/json" }, 404],
    ["POST", "/api/nowhere/", { "content-type": "application/proto" }, 404],
    ["POST", `/api${path}`, { "content-type": "application/json", "connect-protocol-version": "1" }, 404],
    ["GET", "/api/nowhere/?connect=v1", {}, 404],
    ["POST", "/api/auth/login/", { "content-type": "application/grpc" }, 415],
    ["POST", "/api/auth/login/", { "content-type": "application/proto" }, 415],
    ["POST", "/ping/", { "content-type": "application/grpc" }, 405],
  ];
  for (const [method, target, headers, status] of restRequests) {
    it(`is not what this is for, so REST responds: ${method} ${target} ${JSON.stringify(headers)}`, async () => {
      const response = await send(method, target, headers);
      expect(response.status).to.equal(status);
      expect(await response.json()).to.include({ status: "error" });
    });
  }
});

describe("an unknown method of a service", () => {
  const fake = useRoutedServer();

  it("belongs to rpc, whatever the content type", async () => {
    const response = await fetch(`${fake.url}/waterbill.identity.v1.AuthService/Nothing`);
    expect(response.status).to.equal(404);
    expect((await readConnectError(response)).code).to.equal(Code.Unimplemented);
  });
});
