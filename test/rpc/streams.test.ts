import { once } from "node:events";
import { connect } from "node:http2";
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createClient,
  type Interceptor,
  type ServiceImpl,
  type Transport,
} from "@connectrpc/connect";
import { createWritableIterable } from "@connectrpc/connect/protocol";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { createGrpcWebTransport as createBrowserWebTransport } from "@connectrpc/connect-web";
import { expect } from "chai";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import {
  type ImportWhitelistEntriesRequestSchema,
  WhitelistService,
} from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { requirePrincipal } from "../../src/caller.js";
import { DomainError } from "../../src/errors.js";
import { createMethodRegistry } from "../../src/rpc/method-registry.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { rejection } from "../support/rejection.js";
import { type Serving, serve } from "../support/serve.js";
import { testInterceptors } from "./fake-services.js";
import { decodeBase64, fetchText, readConnectError } from "./protocols.js";

type ImportPiece = MessageInitShape<typeof ImportWhitelistEntriesRequestSchema>;

const admin = { authorization: "Bearer admin" };

describe("streams", () => {
  let server: Serving;
  let transports: Record<string, Transport>;
  const lines: string[] = [];
  /** Calls that were counted, and messages that reached the service. */
  let counted = 0;
  let received = 0;
  /** What the service does after its third response. */
  let afterThird: () => void = () => {};
  let ended: unknown;

  const limitCalls: Interceptor = (next) => async (request) => {
    counted += 1;
    const response = await next(request);
    response.header.set("x-ratelimit-limit", "15");
    return response;
  };

  const importWhitelistEntries: ServiceImpl<typeof WhitelistService>["importWhitelistEntries"] = async (
    requests,
    context,
  ) => {
    requirePrincipal(context);
    try {
      for await (const { entries } of requests) {
        received += 1;
        if (entries[0]?.phone === "fail") throw new Error("secret detail");
      }
    } catch (error) {
      ended = error;
      throw error;
    }
    return { totalCount: received };
  };

  async function* exportWhitelistEntries() {
    for (let id = 1; id <= 5; id += 1) {
      yield { whitelist: [{ id }] };
      if (id === 3) afterThird();
    }
  }

  before(async () => {
    const interceptors = testInterceptors(lines, limitCalls);
    const registry = createMethodRegistry({
      interceptors,
      routes: (router) =>
        router.service(WhitelistService, { importWhitelistEntries, exportWhitelistEntries }),
    });
    server = await serve(createRpcHandler(registry));
    const baseUrl = server.url;
    transports = {
      gRPC: createGrpcTransport({ baseUrl }),
      "gRPC-Web": createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
      "gRPC-Web text": createBrowserWebTransport({ baseUrl, fetch: fetchText }),
      "Connect JSON": createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
      "Connect binary": createConnectTransport({ baseUrl, httpVersion: "2" }),
    };
  });
  after(() => server.close());
  beforeEach(() => {
    lines.length = 0;
    counted = 0;
    received = 0;
    afterThird = () => {};
    ended = undefined;
  });

  const client = (name: string) => createClient(WhitelistService, transports[name]!);
  const reasonOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason;

  async function refused(call: Promise<unknown>): Promise<ConnectError> {
    const error = await rejection(call);
    expect(error).to.be.instanceOf(ConnectError);
    return error as ConnectError;
  }

  async function exported(name: string, headers: Record<string, string>): Promise<number[]> {
    const ids: number[] = [];
    for await (const { whitelist } of client(name).exportWhitelistEntries({}, { headers })) {
      ids.push(...whitelist.map(({ id }) => id));
    }
    return ids;
  }

  async function* pieces(...messages: ImportPiece[]): AsyncGenerator<ImportPiece> {
    yield* messages;
  }

  const entry = { entries: [{ phone: "+237670000001" }] };
  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  for (const name of ["gRPC", "gRPC-Web", "gRPC-Web text", "Connect JSON", "Connect binary"]) {
    describe(`over ${name}`, () => {
      it("run from the server to the client, count once and are logged when they end", async () => {
        expect(await exported(name, admin)).to.deep.equal([1, 2, 3, 4, 5]);
        expect(counted).to.equal(1);
        const protocol = name.startsWith("gRPC") ? name.toLowerCase().replace(" text", "") : "connect";
        expect(logged()).to.have.length(1);
        expect(logged()[0]).to.include({ status: "ok", protocol, userId: 7, requestId: "a-request" });
      });

      it("run from the client to the server", async () => {
        if (name.startsWith("gRPC-Web")) return;
        const response = await client(name).importWhitelistEntries(pieces(entry, entry, entry), {
          headers: admin,
          onHeader: (header) => expect(header.get("x-ratelimit-limit")).to.equal("15"),
        });
        expect(response.totalCount).to.equal(3);
      });

      it("are for administrators", async () => {
        const anonymous = await refused(exported(name, {}));
        expect(anonymous.code).to.equal(Code.Unauthenticated);
        expect(anonymous.rawMessage).to.equal("Authentification requise.");
        expect(counted).to.equal(0);
        const john = await refused(exported(name, { authorization: "Bearer john" }));
        expect(john.code).to.equal(Code.PermissionDenied);
        expect(reasonOf(john)).to.equal("ADMIN_REQUIRED");
        expect(counted).to.equal(1);
      });

      it("end with an error in their midst, without internal details", async () => {
        afterThird = () => {
          throw new DomainError("OVERLOADED", { retryAfterSeconds: 3 });
        };
        const refusal = await refused(exported(name, admin));
        expect(refusal.code).to.equal(Code.Unavailable);
        expect(refusal.rawMessage).to.equal("Service momentanément surchargé.");
        expect(reasonOf(refusal)).to.equal("OVERLOADED");
        afterThird = () => {
          throw new Error("secret detail");
        };
        const error = await refused(exported(name, admin));
        expect(error.code).to.equal(Code.Internal);
        expect(error.message).not.to.include("secret");
        expect(logged().map(({ status, reason }) => `${status} ${reason}`)).to.deep.equal([
          "unavailable OVERLOADED",
          "internal INTERNAL",
        ]);
      });
    });
  }

  it("are refused before their first message arrives", async () => {
    const messages = createWritableIterable<ImportPiece>();
    const call = client("gRPC").importWhitelistEntries(messages, { headers: {} });
    expect((await refused(call)).code).to.equal(Code.Unauthenticated);
    messages.close();
    expect(received).to.equal(0);
  });

  it("have each message validated when it arrives", async () => {
    const request = { search: "x".repeat(101) };
    async function run() {
      for await (const _ of client("gRPC").exportWhitelistEntries(request, { headers: admin }));
    }
    const refusal = await refused(run());
    expect(refusal.code).to.equal(Code.InvalidArgument);
    expect(reasonOf(refusal)).to.equal("INVALID_REQUEST");
  });

  it("accept messages up to the maximum size, and refuse a larger one", async () => {
    const piece = (bytes: number) => ({ csv: new Uint8Array(bytes) });
    const good = pieces(piece(1_000_000), piece(1_000_000));
    expect((await client("gRPC").importWhitelistEntries(good, { headers: admin })).totalCount).to.equal(2);
    const large = client("gRPC").importWhitelistEntries(pieces(piece(1_100_000)), { headers: admin });
    const refusal = await refused(large);
    expect(refusal.code).to.equal(Code.InvalidArgument);
    expect(refusal.rawMessage).to.equal("Le corps de la requête est trop volumineux.");
  });

  /** A gRPC call of ImportWhitelistEntries whose bytes the test sends. */
  function openImport() {
    const session = connect(server.url);
    const stream = session.request({
      ":method": "POST",
      ":path": "/waterbill.identity.v1.WhitelistService/ImportWhitelistEntries",
      "content-type": "application/grpc",
      te: "trailers",
      ...admin,
    });
    return { session, stream };
  }

  it("refuse bytes that are not a message", async () => {
    const { session, stream } = openImport();
    stream.end(Buffer.from([0, 0, 0, 0, 3, 0xff, 0xff, 0xff]));
    const trailers = await new Promise<Record<string, unknown>>((resolve) => {
      stream.on("trailers", resolve);
      stream.on("response", (header) => "grpc-status" in header && resolve(header));
    });
    session.destroy();
    expect(Number(trailers["grpc-status"])).to.equal(Code.InvalidArgument);
  });

  it("refuse a body of gRPC-Web text that is not base64", async () => {
    const response = await fetch(
      `${server.url}/waterbill.identity.v1.WhitelistService/ExportWhitelistEntries`,
      {
        method: "POST",
        body: "!!!!",
        headers: { "content-type": "application/grpc-web-text", ...admin },
      },
    );
    const trailer = decodeBase64(await response.text()).toString();
    expect(trailer).to.include("grpc-status: 3\r\n");
    expect(decodeURIComponent(trailer)).to.include("Le corps de la requête est illisible.");
    expect(logged().map(({ reason }) => reason)).to.deep.equal(["INVALID_REQUEST"]);
  });

  it("are refused with 415 and a Connect error when their content type is none of a stream", async () => {
    for (const type of ["application/json", "text/csv", "application/connect+json; charset=latin1"]) {
      const response = await fetch(
        `${server.url}/waterbill.identity.v1.WhitelistService/ExportWhitelistEntries`,
        {
          method: "POST",
          body: "{}",
          headers: { "content-type": type, ...admin },
        },
      );
      expect(response.status, type).to.equal(415);
      expect((await readConnectError(response)).reason).to.equal("INVALID_REQUEST");
    }
  });

  it("discard the rest of an upload that is refused", async () => {
    const { session, stream } = openImport();
    stream.resume();
    // A broken message, then more empty ones than a client may send before the service reads.
    stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 0xff]), Buffer.alloc(300_000)]));
    await once(stream, "close");
    session.destroy();
    expect(received).to.equal(0);
  });

  it("end when the client's deadline passes, although the client keeps sending", async () => {
    const messages = createWritableIterable<ImportPiece>();
    void messages.write(entry);
    const call = client("gRPC").importWhitelistEntries(messages, { headers: admin, timeoutMs: 100 });
    expect((await refused(call)).code).to.equal(Code.DeadlineExceeded);
  });

  it("end for the service when the client cancels", async () => {
    const messages = createWritableIterable<ImportPiece>();
    const controller = new AbortController();
    const call = refused(
      client("gRPC").importWhitelistEntries(messages, { headers: admin, signal: controller.signal }),
    );
    void messages.write(entry);
    while (received === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await call;
    while (ended === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(ConnectError.from(ended).code).to.equal(Code.Canceled);
    while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(logged()[0]).to.include({ status: "canceled" });
  });
});
