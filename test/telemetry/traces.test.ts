import { createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import type { User } from "../../src/users/user.js";
import { testKeyPrefix, testRedisUrl } from "../support/redis.js";
import { runService } from "../support/running-service.js";
import { activeUser, testKeys, testPassword, useTestContext } from "../support/test-context.js";
import { type ReceivedSpan, startTraceReceiver, type TraceReceiver } from "../support/trace-receiver.js";

const LOGIN = "waterbill.identity.v1.AuthService/Login";
const wrongPassword = "Another123!";
const PARENT_ID = "00f067aa0ba902b7";
const traceIds = {
  grpc: "0af7651916cd43dd8448eb211c80319c",
  connect: "1af7651916cd43dd8448eb211c80319c",
  rest: "2af7651916cd43dd8448eb211c80319c",
  refused: "3af7651916cd43dd8448eb211c80319c",
  oauth: "4af7651916cd43dd8448eb211c80319c",
  unknown: "5af7651916cd43dd8448eb211c80319c",
};
const traceparent = (traceId: string) => `00-${traceId}-${PARENT_ID}-01`;

describe("the traces of a service", function () {
  this.timeout(240_000);
  const context = useTestContext();
  let receiver: TraceReceiver;
  let user: User;
  let lines: Record<string, unknown>[];
  let restHeaders: Headers;
  let malformedHeaders: Headers;

  before(async () => {
    receiver = await startTraceReceiver();
    user = await activeUser(context);
    const service = await runService({
      NODE_ENV: "test",
      DATABASE_URL: context.testDatabase.url,
      REDIS_URL: testRedisUrl(),
      REDIS_PREFIX: testKeyPrefix(),
      TOKEN_SECRET: testKeys.token,
      CODE_SECRET: testKeys.code,
      AUDIT_SECRET: testKeys.audit.join(),
      KEY_ENCRYPTION_SECRET: testKeys.encryption,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20key",
      OTEL_RESOURCE_ATTRIBUTES: "service.version=1.2.3",
    });
    await service.printed(/limits are kept in Redis/);
    const origin = `http://127.0.0.1:${service.port}`;
    const credentials = { phone: user.phone, password: testPassword };
    const traced =
      (traceId: string): Interceptor =>
      (next) =>
      (request) => {
        request.header.set("traceparent", traceparent(traceId));
        return next(request);
      };
    const post = (path: string, headers: Record<string, string>, body = JSON.stringify(credentials)) =>
      fetch(origin + path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
      });

    const grpc = createGrpcTransport({ baseUrl: origin, interceptors: [traced(traceIds.grpc)] });
    await createClient(AuthService, grpc).login(credentials);
    const connect = createConnectTransport({
      baseUrl: origin,
      httpVersion: "1.1",
      interceptors: [traced(traceIds.connect)],
    });
    await createClient(AuthService, connect).login(credentials);
    const rest = await post("/api/auth/login/", { traceparent: traceparent(traceIds.rest) });
    expect(rest.status).to.equal(200);
    restHeaders = rest.headers;
    const wrong = JSON.stringify({ ...credentials, password: wrongPassword });
    await post("/api/auth/login/", { traceparent: traceparent(traceIds.refused) }, wrong);
    await post("/oauth2/token", { traceparent: traceparent(traceIds.oauth) });
    await post(`/api/nothing/${user.phone}`, { traceparent: traceparent(traceIds.unknown) });
    const malformed = await post("/api/auth/login/", {
      traceparent: `00-${"0".repeat(32)}-${PARENT_ID}-01${"x".repeat(8000)}`,
      tracestate: "=".repeat(4000),
    });
    expect(malformed.status).to.equal(200);
    malformedHeaders = malformed.headers;
    await fetch(`${origin}/readyz`);
    await service.stop();
    expect(await service.exited).to.equal(0);
    lines = service
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  });
  after(() => receiver.close());

  const spansOf = (traceId: string) => receiver.spans.filter((span) => span.traceId === traceId);
  function serverSpan(traceId: string): ReceivedSpan {
    const [span, ...others] = spansOf(traceId).filter(({ kind }) => kind === "server");
    expect(others).to.deep.equal([]);
    return span!;
  }

  for (const [protocol, system, version] of [
    ["grpc", "grpc", "2"],
    ["connect", "connectrpc", "1.1"],
    ["rest", "rest", "1.1"],
  ] as const) {
    describe(`for a login over ${protocol}`, () => {
      const traceId = traceIds[protocol];

      it("have a span of the call, below that of the caller", () => {
        const span = serverSpan(traceId);
        expect(span).to.deep.include({ name: LOGIN, parentSpanId: PARENT_ID, isError: false });
        expect(span.attributes).to.deep.equal({
          "http.request.method": "POST",
          "http.response.status_code": 200,
          "network.protocol.version": version,
          "rpc.system.name": system,
          "rpc.method": LOGIN,
          "rpc.response.status_code": "OK",
          ...(protocol === "rest" && { "http.route": "/api/auth/login" }),
        });
      });

      it("have spans of its statements, its limits and its password, below that of the call", () => {
        const { spanId } = serverSpan(traceId);
        const inner = spansOf(traceId).filter(({ kind }) => kind !== "server");
        expect(inner.map(({ parentSpanId }) => parentSpanId)).to.satisfy((ids: string[]) =>
          ids.every((id) => id === spanId),
        );
        const [redis] = inner.filter(({ attributes }) => attributes["db.system.name"] === "redis");
        expect(redis).to.include({ name: "consume limits", kind: "client" });
        const statements = inner.filter(({ attributes }) => attributes["db.system.name"] === "postgresql");
        const names = statements.map(({ name }) => name);
        expect(names).to.include.members(["BEGIN", "COMMIT"]);
        const [select] = statements.filter(({ name }) => !/^[A-Z]/.test(name));
        expect(select!.attributes).to.include({
          "db.query.summary": select!.name,
          "db.namespace": new URL(context.testDatabase.url).pathname.slice(1),
        });
        expect(inner.filter(({ name }) => name === "verify password")).to.have.length(1);
      });

      it("are named in the log line of the call", () => {
        const { spanId } = serverSpan(traceId);
        const [line] = lines.filter(({ trace_id }) => trace_id === traceId);
        expect(line).to.include({ msg: "call", method: LOGIN, span_id: spanId });
      });
    });
  }

  it("say why a call was refused, which is no fault of the service", () => {
    const span = serverSpan(traceIds.refused);
    expect(span.isError).to.equal(false);
    expect(span.attributes).to.include({
      "rpc.response.status_code": "UNAUTHENTICATED",
      "error.type": "CREDENTIALS_REJECTED",
      "http.response.status_code": 401,
    });
  });

  it("have the paths of endpoints, and no other path", () => {
    const oauth = serverSpan(traceIds.oauth);
    expect(oauth.name).to.equal("POST /oauth2/token");
    expect(oauth.attributes).to.include({ "http.route": "/oauth2/token" });
    const unknown = serverSpan(traceIds.unknown);
    expect(unknown.name).to.equal("POST");
    expect(unknown.attributes).to.include({ "http.response.status_code": 404 });
  });

  it("are named in the response", () => {
    const { spanId } = serverSpan(traceIds.rest);
    expect(restHeaders.get("traceresponse")).to.equal(`00-${traceIds.rest}-${spanId}-01`);
  });

  it("begin anew when the caller's trace is malformed", () => {
    const [, traceId = ""] = malformedHeaders.get("traceresponse")?.split("-") ?? [];
    expect(serverSpan(traceId)).to.deep.include({ name: LOGIN, parentSpanId: "", traceState: "" });
  });

  it("have no probes, and nothing outside of calls", () => {
    const roots = receiver.spans.filter(({ parentSpanId }) => parentSpanId === "");
    expect(roots).to.have.length(1);
    const traces = new Set(receiver.spans.map(({ traceId }) => traceId));
    expect(traces.size).to.equal(Object.keys(traceIds).length + 1);
  });

  it("hold no phone number, password or token, and no attribute that could", () => {
    const all = JSON.stringify(receiver.spans.map(({ name, attributes }) => ({ name, attributes })));
    for (const secret of [user.phone.slice(1), testPassword, wrongPassword, "eyJ"]) {
      expect(all).not.to.include(secret);
    }
    const names = new Set(receiver.spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...names].sort()).to.deep.equal([
      "db.namespace",
      "db.operation.batch.size",
      "db.operation.name",
      "db.query.summary",
      "db.system.name",
      "error.type",
      "http.request.method",
      "http.response.status_code",
      "http.route",
      "network.protocol.version",
      "rpc.method",
      "rpc.response.status_code",
      "rpc.system.name",
      "server.address",
      "server.port",
    ]);
  });

  it("come from a process that names itself, with the headers of the collector", () => {
    expect(receiver.headers.every((headers) => headers["x-key"] === "a key")).to.equal(true);
    const [{ resource } = { resource: {} }] = receiver.spans;
    expect(resource).to.include({
      "service.name": "waterbill-identity",
      "service.version": "1.2.3",
      "deployment.environment.name": "test",
    });
    expect(resource).to.have.property("service.instance.id");
  });
});
