import { setMaxListeners } from "node:events";
import { Code, type ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { expect } from "chai";
import { Health, HealthCheckResponse_ServingStatus as Status } from "#gen/grpc/health/v1/health_pb.js";
import { ServerReflection as V1 } from "#gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as V1Alpha } from "#gen/grpc/reflection/v1alpha/reflection_pb.js";
import { rejection } from "../support/rejection.js";
import { useTestService } from "../support/service.js";

const ATTACKER = { "x-forwarded-for": "203.0.113.9" };
const NEIGHBOUR = { "x-forwarded-for": "203.0.113.10" };
const LIMIT = 5;

describe("health and reflection, which are public", () => {
  const service = useTestService({
    environment: { REDIS_URL: "", TRUSTED_PROXIES: "127.0.0.1", LIMIT_ANON: `${LIMIT}/hour` },
    scope: "test",
  });
  let sessions: Http2SessionManager[];
  let transports: Record<"gRPC" | "Connect", Transport>;

  beforeEach(() => {
    const { origin: baseUrl } = service;
    sessions = [new Http2SessionManager(baseUrl), new Http2SessionManager(baseUrl)];
    const [grpc, connect] = sessions;
    transports = {
      gRPC: createGrpcTransport({ baseUrl, sessionManager: grpc! }),
      Connect: createConnectTransport({ baseUrl, httpVersion: "2", sessionManager: connect! }),
    };
  });

  afterEach(() => {
    for (const session of sessions) session.abort();
  });

  async function listServices(
    version: typeof V1 | typeof V1Alpha,
    transport: Transport,
    headers: Record<string, string>,
  ) {
    const request = { messageRequest: { case: "listServices", value: "" } } as const;
    const requests = (async function* () {
      yield request;
    })();
    const names: string[] = [];
    const stream = createClient(version as typeof V1, transport).serverReflectionInfo(requests, { headers });
    for await (const { messageResponse } of stream) {
      if (messageResponse.case !== "listServicesResponse") throw new Error("not a list of services");
      names.push(...messageResponse.value.service.map(({ name }) => name));
    }
    return names;
  }

  it("limit the reflection streams of an address, both versions and all protocols together", async () => {
    const calls = [V1, V1Alpha].flatMap((version) =>
      Object.values(transports).map((transport) => ({ version, transport })),
    );
    for (let call = 0; call < LIMIT; call += 1) {
      const { version, transport } = calls[call % calls.length]!;
      expect(await listServices(version, transport, ATTACKER)).to.include("grpc.health.v1.Health");
    }
    for (const { version, transport } of calls) {
      const error = (await rejection(listServices(version, transport, ATTACKER))) as ConnectError;
      expect(error.code).to.equal(Code.ResourceExhausted);
      expect(error.metadata.get("retry-after")).to.equal("3600");
      expect(error.metadata.get("x-ratelimit-limit")).to.equal(String(LIMIT));
    }
    await listServices(V1, transports.gRPC, NEIGHBOUR);
  });

  it("answer any number of health checks", async () => {
    for (const transport of Object.values(transports)) {
      const client = createClient(Health, transport);
      for (let call = 0; call < 3 * LIMIT; call += 1) {
        expect((await client.check({}, { headers: ATTACKER })).status).to.equal(Status.SERVING);
      }
    }
  });

  it("let one address hold a hundred watches, and leave the others to its neighbours", async () => {
    const stopped = new AbortController();
    setMaxListeners(0, stopped.signal);
    const watch = (transport: Transport, headers: Record<string, string>) => {
      const stream = createClient(Health, transport).watch({}, { headers, signal: stopped.signal });
      return stream[Symbol.asyncIterator]().next();
    };
    const halves = await Promise.all(
      Object.values(transports).flatMap((transport) =>
        Array.from({ length: 50 }, () => watch(transport, ATTACKER)),
      ),
    );
    expect(halves.map(({ value }) => value?.status)).to.deep.equal(Array(100).fill(Status.SERVING));
    for (const transport of Object.values(transports)) {
      const error = (await rejection(watch(transport, ATTACKER))) as ConnectError;
      expect(error.code).to.equal(Code.ResourceExhausted);
      expect((await watch(transport, NEIGHBOUR)).value?.status).to.equal(Status.SERVING);
    }
    stopped.abort();
    for (;;) {
      const opened = new AbortController();
      const stream = createClient(Health, transports.gRPC).watch(
        {},
        { headers: ATTACKER, signal: opened.signal },
      );
      const isServed = await stream[Symbol.asyncIterator]()
        .next()
        .then(
          () => true,
          () => false,
        );
      opened.abort();
      if (isServed) break;
    }
  });
});
