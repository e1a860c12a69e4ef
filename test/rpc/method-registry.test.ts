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

/** Needs no token, unlike everything behind our interceptors. */
const health: ServiceImpl<typeof Health> = {
  check: () => ({ status: Status.SERVING }),
  list: () => ({}),
  async *watch() {
    yield { status: Status.SERVING };
    yield { status: Status.NOT_SERVING };
  },
};

describe("createCalls", () => {
  it("has every method that is registered, by its path", () => {
    const { unary, streams } = createMethodRegistry({ routes: fakeServices().routes, interceptors: [] });
    expect(unary.get("/waterbill.identity.v1.AuthService/Login")?.method).equal(AuthService.method.login);
    expect(unary.size).greaterThan(6);
    expect(streams).empty;
  });

  it("takes a single method too", () => {
    const method = sampleMethod();
    const { unary } = createMethodRegistry({
      routes: (router) => router.rpc(method, () => ({})),
      interceptors: [],
    });
    expect([...unary.keys()]).deep.equal(["/sample.v1.SampleService/Find"]);
  });

  it("refuses a method that doesn't declare who may call it", () => {
    const method = sampleMethod({ access: null });
    const routes = (router: ConnectRouter) => router.rpc(method, () => ({}));
    expect(() => createMethodRegistry({ routes, interceptors: [] })).throw(/no access is declared/);
  });

  it("has streams too, and asks of them the same", () => {
    const method = sampleMethod({ streams: true });
    const routes = (router: ConnectRouter) => router.rpc(method, () => ({}));
    const { streams } = createMethodRegistry({ routes, interceptors: [] });
    expect([...streams.keys()]).deep.equal(["/sample.v1.SampleService/Find"]);
    const silent = sampleMethod({ streams: true, access: null });
    const open = (router: ConnectRouter) => router.rpc(silent, () => ({}));
    expect(() => createMethodRegistry({ routes: open, interceptors: [] })).throw(/no access is declared/);
  });
});

describe("a service with interceptors of its own", () => {
  afterEach(stopServing);

  it("is served beside ours, unary and streaming, and open to all", async () => {
    const fake = fakeServices();
    const calls = createMethodRegistry({
      routes: (router) => {
        fake.routes(router);
        router.service(Health, health, { interceptors: [] });
      },
      interceptors: testInterceptors(),
    });
    const server = await serve(createRpcHandler(calls));
    const client = createClient(Health, createGrpcTransport({ baseUrl: server.url }));
    expect((await client.check({})).status).equal(Status.SERVING);
    const seen: Status[] = [];
    for await (const { status } of client.watch({})) seen.push(status);
    expect(seen).deep.equal([Status.SERVING, Status.NOT_SERVING]);
    const junk = await sendRaw(server.url, "/grpc.health.v1.Health/Check", Buffer.from("junk"));
    expect(junk).include({ reason: "INVALID_REQUEST" });
  });
});

describe("serves", () => {
  const rpc = createRpcHandler(createMethodRegistry({ routes: fakeServices().routes, interceptors: [] }));

  it("knows every path below its services", () => {
    expect(rpc.serves("/waterbill.identity.v1.AuthService/Login")).equal(true);
    expect(rpc.serves("/waterbill.identity.v1.AuthService/Nothing")).equal(true);
  });

  it("knows no other", () => {
    for (const path of [
      "",
      "/",
      "/api/login/",
      "/waterbill.identity.v1.AuthService",
      "/other.v1.Service/Login",
    ]) {
      expect(rpc.serves(path), path).equal(false);
    }
  });
});
