import { type ConnectRouter, createClient, type ServiceImpl } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { Health, HealthCheckResponse_ServingStatus as Status } from "#gen/grpc/health/v1/health_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { createMethodRegistry } from "../../src/rpc/method-registry.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { serve, stopServing } from "../support/serve.js";
import { fakeServices, testInterceptors } from "./fake-services.js";
import { sendRaw } from "./raw-grpc.js";
import { sampleMethod } from "./sample-method.js";

/** Needs no token, unlike the services behind our interceptors. */
const health: ServiceImpl<typeof Health> = {
  check: () => ({ status: Status.SERVING }),
  list: () => ({}),
  async *watch() {
    yield { status: Status.SERVING };
    yield { status: Status.NOT_SERVING };
  },
};

describe("createMethodRegistry", () => {
  it("has every method that is registered, by its path", () => {
    const { unary, streams } = createMethodRegistry({ routes: fakeServices().routes, interceptors: [] });
    expect(unary.get("/waterbill.identity.v1.AuthService/Login")?.method).to.equal(AuthService.method.login);
    expect(unary.size).to.be.above(6);
    expect(streams).to.be.empty;
  });

  it("accepts a single method", () => {
    const method = sampleMethod();
    const { unary } = createMethodRegistry({
      routes: (router) => router.rpc(method, () => ({})),
      interceptors: [],
    });
    expect([...unary.keys()]).to.deep.equal(["/sample.v1.SampleService/Find"]);
  });

  it("refuses a method that does not declare its access", () => {
    const method = sampleMethod({ access: null });
    const routes = (router: ConnectRouter) => router.rpc(method, () => ({}));
    expect(() => createMethodRegistry({ routes, interceptors: [] })).to.throw(/no access is declared/);
  });

  it("has streaming methods, with the same requirements", () => {
    const method = sampleMethod({ streams: true });
    const routes = (router: ConnectRouter) => router.rpc(method, () => ({}));
    const { streams } = createMethodRegistry({ routes, interceptors: [] });
    expect([...streams.keys()]).to.deep.equal(["/sample.v1.SampleService/Find"]);
    const silent = sampleMethod({ streams: true, access: null });
    const open = (router: ConnectRouter) => router.rpc(silent, () => ({}));
    expect(() => createMethodRegistry({ routes: open, interceptors: [] })).to.throw(/no access is declared/);
  });
});

describe("a service with interceptors of its own", () => {
  afterEach(stopServing);

  it("is served beside ours, unary and streaming, without authentication", async () => {
    const fake = fakeServices();
    const registry = createMethodRegistry({
      routes: (router) => {
        fake.routes(router);
        router.service(Health, health, { interceptors: [] });
      },
      interceptors: testInterceptors(),
    });
    const server = await serve(createRpcHandler(registry));
    const client = createClient(Health, createGrpcTransport({ baseUrl: server.url }));
    expect((await client.check({})).status).to.equal(Status.SERVING);
    const seen: Status[] = [];
    for await (const { status } of client.watch({})) seen.push(status);
    expect(seen).to.deep.equal([Status.SERVING, Status.NOT_SERVING]);
    const junk = await sendRaw(server.url, "/grpc.health.v1.Health/Check", Buffer.from("junk"));
    expect(junk).to.include({ reason: "INVALID_REQUEST" });
  });
});
