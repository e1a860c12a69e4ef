import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { mock } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, type HandlerContext } from "@connectrpc/connect";
import { expect } from "chai";
import { AuthService, LoginRequestSchema } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { writeFrame } from "../../src/rpc/grpc-protocol.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { requestFrame, resetFrame, settings } from "../http/http2-frames.js";
import { connectRaw } from "../http/raw-client.js";
import { frame, frameType, preface } from "../support/http2-frames.js";
import { useFakeServer } from "./fake-server.js";
import { grpcClient, readConnectError } from "./protocols.js";
import { sendRaw } from "./raw-grpc.js";

const path = "/waterbill.identity.v1.AuthService/Login";
const credentials = { phone: "675799743", password: "Motdepasse123!" };
const message = writeFrame(0, toBinary(LoginRequestSchema, create(LoginRequestSchema, credentials)));

describe("the end of a call", () => {
  const fake = useFakeServer(createRpcHandler, "test");
  afterEach(() => mock.timers.reset());

  /** Makes the service ignore the end of the call and never respond. Resolves with the call's context. */
  function deafService(): Promise<HandlerContext> {
    return new Promise((resolve) => {
      fake.services.before = (context) => {
        resolve(context);
        return new Promise(() => {});
      };
    });
  }

  const postJson = (
    headers: Record<string, string>,
    body: RequestInit["body"] = JSON.stringify(credentials),
  ) =>
    fetch(fake.url + path, {
      method: "POST",
      body: body ?? null,
      headers: { "content-type": "application/json", ...headers },
    });

  it("comes when its deadline passes, although the service keeps running: Connect", async () => {
    void deafService();
    const response = await postJson({ "connect-timeout-ms": "30" });
    expect(response.status).to.equal(504);
    const { code, message } = (await response.json()) as { code: string; message: string };
    expect([code, message]).to.deep.equal(["deadline_exceeded", "Le délai de la requête est dépassé."]);
    expect(JSON.parse(fake.lines[0] ?? "")).to.include({ status: "deadline_exceeded", level: 30 });
  });

  it("comes when its deadline passes, although the service keeps running: gRPC and gRPC-Web", async () => {
    const context = deafService();
    // The test's timers, so that the deadline does not pass before a busy machine has called the service.
    mock.timers.enable({ apis: ["setTimeout"] });
    const response = sendRaw(fake.url, path, message, { "grpc-timeout": "30S" });
    const { signal } = await context;
    expect(signal.aborted).to.equal(false);
    mock.timers.tick(30_000);
    expect((await response).trailer["grpc-status"]).to.equal(String(Code.DeadlineExceeded));
    expect(signal.aborted).to.equal(true);
    mock.timers.reset();
    const web = await fetch(fake.url + path, {
      method: "POST",
      body: message,
      headers: { "content-type": "application/grpc-web+proto", "grpc-timeout": "30m" },
    });
    expect(await web.text()).to.include("grpc-status: 4");
  });

  it("comes before the service is called when no time is left", async () => {
    const response = await postJson({ "connect-timeout-ms": "0" });
    expect(response.status).to.equal(504);
    expect(fake.services.received).to.be.empty;
  });

  it("comes when the deadline passes while the body is still arriving", async () => {
    const session = connectHttp2(fake.url);
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      "grpc-timeout": "30m",
    });
    stream.write(message.subarray(0, 7));
    const [trailer] = await once(stream, "trailers");
    expect(trailer["grpc-status"]).to.equal(String(Code.DeadlineExceeded));
    session.destroy();
  });

  it("is the response when there is enough time", async () => {
    expect((await postJson({ "connect-timeout-ms": "60000" })).status).to.equal(200);
    const protocol = grpcClient(fake.url);
    expect((await protocol.call(AuthService.method.login, credentials, {}, 60_000)).code).to.equal(undefined);
    protocol.close();
  });

  it("aborts the service's signal when the client disconnects", async () => {
    const context = deafService();
    const abort = new AbortController();
    const call = fetch(fake.url + path, {
      method: "POST",
      body: JSON.stringify(credentials),
      headers: { "content-type": "application/json" },
      signal: abort.signal,
    }).catch(() => "aborted");
    const { signal } = await context;
    expect(signal.aborted).to.equal(false);
    const aborted = once(signal, "abort");
    abort.abort();
    await aborted;
    expect(signal.reason).to.have.property("code", Code.Canceled);
    expect(await call).to.equal("aborted");
  });

  it("is canceled when a library aborts because the client disconnected", async () => {
    fake.services.before = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new DOMException("words", "AbortError")));
      });
    const session = connectHttp2(fake.url);
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
    stream.end(message);
    stream.on("error", () => {});
    while (fake.services.received.length === 0) await new Promise(setImmediate);
    stream.close(8);
    while (fake.lines.length === 0) await new Promise(setImmediate);
    expect(JSON.parse(fake.lines[0] ?? "")).to.include({ status: "canceled", level: 30 });
    session.destroy();
  });

  it("is canceled when the client cancels in the middle of the body", async () => {
    const client = await connectRaw(fake.port);
    const begun = [
      requestFrame(1, { ":path": path, "content-type": "application/grpc" }),
      frame(frameType.data, 0, 1, message.subarray(0, 7)),
      frame(frameType.ping, 0, 0, Buffer.from("received")),
    ];
    client.send(Buffer.concat([preface, settings, ...begun]));
    await client.until("received");
    client.send(resetFrame(1));
    while (fake.lines.length === 0) await new Promise(setImmediate);
    expect(JSON.parse(fake.lines[0] ?? "")).to.include({ status: "canceled" });
    expect(fake.services.received).to.be.empty;
    client.reset();
  });

  it("is INTERNAL when an abort is unrelated to the call", async () => {
    fake.services.before = () => {
      throw new DOMException("words", "AbortError");
    };
    expect(await readConnectError(await postJson({}))).to.include({
      code: Code.Internal,
      reason: "INTERNAL",
    });
  });
});
