import { gzipSync } from "node:zlib";
import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { Code, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { expect } from "chai";
import { AccountService, ListAccountsRequestSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { rejection } from "../support/rejection.js";
import { useFakeServer } from "./fake-server.js";
import { readConnectError } from "./protocols.js";

const path = "/waterbill.identity.v1.AccountService/ListAccounts";
const filter = { search: "Zoé +1 & co", pageSize: 2 };
const request = create(ListAccountsRequestSchema, filter);
const json = toJsonString(ListAccountsRequestSchema, request);
const binary = toBinary(ListAccountsRequestSchema, request);
const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64url");

describe("a GET of Connect", () => {
  const fake = useFakeServer(createRpcHandler);

  const get = (
    query: Record<string, string> | string,
    headers: Record<string, string> = { authorization: "Bearer admin" },
    method = "GET",
  ) => {
    const text = typeof query === "string" ? query : new URLSearchParams(query).toString();
    return fetch(`${fake.url}${path}?${text}`, { method, headers });
  };

  for (const useBinaryFormat of [true, false]) {
    /** Connect's own client for browsers, which uses GET if allowed, and the requests that it sent. */
    function openClient() {
      const sent: string[] = [];
      const transport = createConnectTransport({
        baseUrl: fake.url,
        useHttpGet: true,
        useBinaryFormat,
        fetch: (input, init) => {
          sent.push(`${init?.method} ${new URL(String(input)).searchParams.get("encoding")}`);
          return fetch(input, init);
        },
      });
      return { sent, transport };
    }

    const encoding = useBinaryFormat ? "proto" : "json";

    it(`carries a call of a method without side effects in ${encoding}`, async () => {
      const { sent, transport } = openClient();
      const headers = { authorization: "Bearer admin" };
      const client = createClient(AccountService, transport);
      const { accounts, nextPageToken } = await client.listAccounts(filter, { headers });
      expect(accounts[0]?.phone).to.equal("+675799743");
      expect(nextPageToken).to.equal("next");
      expect(fake.services.received.at(-1)).to.include(filter);
      await createClient(ProfileService, transport).getProfile({}, { headers });
      expect(sent).to.deep.equal([`GET ${encoding}`, `GET ${encoding}`]);
    });

    it(`is not used for a method with side effects in ${encoding}`, async () => {
      const { sent, transport } = openClient();
      await createClient(AuthService, transport).login({ phone: "675799743", password: "x" });
      expect(sent).to.deep.equal(["POST null"]);
    });

    it(`is authenticated and validated like any other in ${encoding}`, async () => {
      const client = createClient(AccountService, openClient().transport);
      expect(await rejection(client.listAccounts(filter))).to.include({ code: Code.Unauthenticated });
      const john = { headers: { authorization: "Bearer john" } };
      expect(await rejection(client.listAccounts(filter, john))).to.include({ code: Code.PermissionDenied });
      const admin = { headers: { authorization: "Bearer admin" } };
      const invalid = client.listAccounts({ pageSize: -1 }, admin);
      expect(await rejection(invalid)).to.include({ code: Code.InvalidArgument });
      expect(fake.lines.map((line) => JSON.parse(line).reason)).to.deep.equal([
        "UNAUTHENTICATED",
        "ADMIN_REQUIRED",
        "INVALID_REQUEST",
      ]);
    });
  }

  it("is read in every spelling that the protocol allows", async () => {
    const packed = gzipSync(json);
    const padded = base64(binary).padEnd(Math.ceil(binary.length / 3) * 4, "=");
    for (const query of [
      { connect: "v1", encoding: "json", message: json },
      { encoding: "json", message: json },
      { encoding: "json", message: base64(json), base64: "1" },
      { encoding: "json", message: json, compression: "identity", base64: "0" },
      { encoding: "json", message: base64(packed), base64: "1", compression: "gzip" },
      { encoding: "proto", message: base64(binary), base64: "1" },
      {
        encoding: "proto",
        message: padded,
        base64: "1",
      },
      { encoding: "proto", message: base64(gzipSync(binary)), base64: "1", compression: "gzip" },
    ]) {
      const response = await get(query as Record<string, string>);
      expect(response.status, JSON.stringify(query)).to.equal(200);
      expect(response.headers.get("content-type")).to.equal(`application/${query.encoding}`);
      expect(fake.services.received.pop()).to.include(filter);
    }
    const empty = await get({ encoding: "proto", message: "", base64: "1" });
    expect(empty.status).to.equal(200);
  });

  const broken: Record<string, Record<string, string> | string> = {
    "no message": { connect: "v1", encoding: "json" },
    "an empty text for JSON": { encoding: "json", message: "" },
    "invalid JSON": { encoding: "json", message: "{" },
    "JSON that is not an object": { encoding: "json", message: "[]" },
    "JSON of a wrong type": { encoding: "json", message: '{"pageSize":"x"}' },
    "invalid base64": { encoding: "proto", message: "ab!d", base64: "1" },
    "truncated base64": { encoding: "proto", message: "CgJ4e", base64: "1" },
    "invalid protobuf": { encoding: "proto", message: base64("\u0007\u0007\u0007"), base64: "1" },
    "protobuf that is not base64": { encoding: "proto", message: "hello" },
    "a message that isn't compressed as declared": { encoding: "json", message: json, compression: "gzip" },
    "a message that is too large when decompressed": {
      encoding: "json",
      message: base64(gzipSync(Buffer.alloc(1_000_000, " "))),
      base64: "1",
      compression: "gzip",
    },
    "an unknown protocol version": { connect: "v2", encoding: "json", message: json },
    "bytes that are not text": "encoding=json&message=%ff%zz",
  };
  for (const [what, query] of Object.entries(broken)) {
    it(`is refused with 400: ${what}`, async () => {
      const response = await get(query);
      expect(response.status).to.equal(400);
      expect(await readConnectError(response)).to.include({
        code: Code.InvalidArgument,
        reason: "INVALID_REQUEST",
      });
      expect(fake.services.received).to.be.empty;
      expect(fake.lines).to.have.length(1);
    });
  }

  it("is refused as unimplemented when its compression is unknown", async () => {
    const response = await get({ encoding: "json", message: json, compression: "br" });
    expect(response.status).to.equal(501);
    expect((await readConnectError(response)).code).to.equal(Code.Unimplemented);
  });

  it("is refused with an invalid timeout", async () => {
    const headers = { authorization: "Bearer admin", "connect-timeout-ms": "soon" };
    expect((await get({ encoding: "json", message: json }, headers)).status).to.equal(400);
  });

  for (const query of ["", "encoding=", "encoding=xml&message=1", "encoding=json%3B&message=%7B%7D"]) {
    it(`is refused with 415: ?${query}`, async () => {
      for (const headers of [{}, { "content-type": "application/grpc" }]) {
        const response = await get(query, headers as Record<string, string>);
        expect(response.status).to.equal(415);
        expect((await readConnectError(response)).reason).to.equal("INVALID_REQUEST");
      }
    });
  }

  it("responds to other methods with 405 and an Allow of GET and POST", async () => {
    for (const method of ["HEAD", "PUT", "DELETE", "OPTIONS"]) {
      const response = await get({ encoding: "json", message: json }, {}, method);
      expect(response.status).to.equal(405);
      expect(response.headers.get("allow")).to.equal("GET, POST");
      await response.arrayBuffer();
    }
  });
});
