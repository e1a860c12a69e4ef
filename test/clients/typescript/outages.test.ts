import { readdirSync, readFileSync } from "node:fs";
import { create, toBinary } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import {
  badGateway,
  captivePortal,
  type Fault,
  firstCalls,
  useFaultyProxy,
} from "../../support/faulty-proxy.js";
import { generousLimits, useTestService } from "../../support/service.js";
import { testPassword } from "../../support/test-context.js";
import { type Device, failure, newDevice, outliveAccessToken, signedInDevice, stateOf } from "./devices.js";

const source = "clients/typescript/src";

const profile = (device: Device) => device.call((client) => client.profile());

const json = (status: number, value: unknown, headers: Record<string, string> = {}): Fault => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
});

/** google.rpc.ErrorInfo with this reason, in the domain of something else. */
const foreignRejection = create(ErrorInfoSchema, { reason: "REFRESH_REJECTED", domain: "gateway.example" });

/** What answers instead of the service, and why a call fails then. */
const answers: Record<string, [Fault, string]> = {
  "no connection": ["no_connection", "OFFLINE"],
  "a proxy's error page": [badGateway, "UNAVAILABLE"],
  "a captive portal's page": [captivePortal, "UNAVAILABLE"],
  "a captive portal's JSON": [json(200, {}), "UNAVAILABLE"],
  "a captive portal that asks for a sign-in": [json(401, { error: "sign in" }), "UNAVAILABLE"],
  "another service's rejection": [
    json(401, {
      code: "unauthenticated",
      details: [
        {
          type: "google.rpc.ErrorInfo",
          value: base64Encode(toBinary(ErrorInfoSchema, foreignRejection), "std_raw"),
        },
      ],
    }),
    "UNAVAILABLE",
  ],
  "a firewall's 403": [json(403, { code: "permission_denied" }), "UNAVAILABLE"],
  "a JSON that is cut off": [
    { ...(captivePortal as object), ...{ body: '{"access":"ab' } } as Fault,
    "UNAVAILABLE",
  ],
};

describe("the TypeScript client in an outage", () => {
  const service = useTestService({ environment: { ...generousLimits, LIMIT_AUTH: "2/minute" } });
  const proxy = useFaultyProxy(service);
  before(() => service.context.clock.set(new Date().toISOString()));

  const refreshes = () => proxy.calls.filter((method) => method === "RefreshToken").length;

  for (const [name, [fault, reason]] of Object.entries(answers)) {
    it(`stays signed in with ${name}`, async () => {
      const device = await signedInDevice(service.context, proxy.origin);
      await outliveAccessToken(service.context, device);
      const before = await stateOf(device);
      proxy.faults.of = () => fault;
      const start = device.time.clock.monotonicMs();
      const error = await failure(profile(device));
      expect(error).to.include({ reason, isTransient: true });
      // The call waited for its deadline, and tried more than once.
      expect(device.time.clock.monotonicMs() - start).to.equal(15_000);
      expect(refreshes()).to.be.within(3, 8);
      expect(await stateOf(device)).to.deep.equal(before);
      proxy.faults.of = () => undefined;
      device.client.retryNow();
      expect((await profile(device)).phone).to.equal(device.phone);
      expect(device.signedOut).to.equal(0);
    });
  }

  it("survives an hour without network, asks seldom, and goes on", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    await outliveAccessToken(service.context, device);
    proxy.faults.of = () => "no_connection";
    const end = device.time.clock.monotonicMs() + 3_600_000;
    while (device.time.clock.monotonicMs() < end) {
      expect((await failure(profile(device))).reason).to.equal("OFFLINE");
      expect(await device.client.isSignedIn()).to.equal(true);
    }
    // Half of the longest wait, by the constant random: one in fifteen seconds.
    expect(refreshes()).to.be.within(200, 260);
    proxy.faults.of = () => undefined;
    await service.context.passTime(3600);
    expect((await device.call((client) => client.profile({ timeoutMs: 30_000 }))).phone).to.equal(
      device.phone,
    );
    expect(device.signedOut).to.equal(0);
  });

  it("waits as long as the server asks, and says so at once", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    await outliveAccessToken(service.context, device);
    proxy.faults.of = firstCalls(1, "RefreshToken", json(503, {}, { "retry-after": "40" }));
    const first = await failure(profile(device));
    expect(first).to.include({ reason: "UNAVAILABLE", retryAfterSeconds: 40 });
    await device.pass(20);
    device.client.retryNow();
    const second = await failure(profile(device));
    expect(second).to.include({ reason: "UNAVAILABLE", retryAfterSeconds: 20 });
    expect(refreshes()).to.equal(1);
    // A call with more time waits.
    const start = device.time.clock.monotonicMs();
    await device.call((client) => client.profile({ timeoutMs: 60_000 }));
    expect(device.time.clock.monotonicMs() - start).to.equal(20_000);
    expect(refreshes()).to.equal(2);
  });

  it("keeps the session when refreshes are limited", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    for (let refresh = 0; refresh < 2; refresh++) {
      await outliveAccessToken(service.context, device);
      await profile(device);
    }
    await outliveAccessToken(service.context, device);
    const error = await failure(profile(device));
    expect(error).to.include({ reason: "RATE_LIMITED", isTransient: true });
    expect(error.retryAfterSeconds).to.be.within(1, 60);
    expect(error.message).to.match(/^Trop de requêtes/);
    expect(await device.client.isSignedIn()).to.equal(true);
  });

  it("waits a minute at most for what a portal asks for", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    await outliveAccessToken(service.context, device);
    proxy.faults.of = firstCalls(1, "RefreshToken", json(503, {}, { "retry-after": "86400" }));
    expect(await failure(profile(device))).to.include({ reason: "UNAVAILABLE", retryAfterSeconds: 60 });
    await device.pass(60);
    await profile(device);
  });

  it("reads an HTTP date in Retry-After by the response's own clock", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    const headers = { date: "Fri, 01 Jan 2010 00:00:00 GMT", "retry-after": "Fri, 01 Jan 2010 00:00:45 GMT" };
    proxy.faults.of = () => json(503, {}, headers);
    expect((await failure(profile(device))).retryAfterSeconds).to.equal(45);
  });

  it("ends a call at its deadline or by its signal", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    await outliveAccessToken(service.context, device);
    proxy.faults.of = () => "no_connection";
    const stop = new AbortController();
    const call = failure(device.call((client) => client.profile({ signal: stop.signal, timeoutMs: 0 })));
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    expect((await call).reason).to.equal("CANCELED");
    const late = { signal: AbortSignal.abort() };
    expect((await failure(device.call((client) => client.profile(late)))).reason).to.equal("CANCELED");
  });

  for (const days of [-1, 1]) {
    it(`keeps a session on a device whose clock is ${-days} day from the server's`, async () => {
      const device = await signedInDevice(service.context, proxy.origin);
      await device.call((client) => client.logout());
      service.context.clock.set(new Date(Date.now() + days * 86_400_000).toISOString());
      try {
        await device.call((client) => client.login({ phone: device.phone, password: testPassword }));
        proxy.calls.length = 0;
        await profile(device);
        expect(proxy.calls).to.deep.equal(["GetProfile"]);
        await device.pass(15 * 60);
        await profile(device);
        expect(proxy.calls).to.deep.equal(["GetProfile", "RefreshToken", "GetProfile"]);
      } finally {
        service.context.clock.set(new Date().toISOString());
      }
    });
  }

  it("never reads the time of day, nor a token", () => {
    const text = readdirSync(source).map((file) => readFileSync(`${source}/${file}`, "utf8"));
    const clocks = /Date\.now|new Date|timestampNow|atob|jwt/i;
    expect(text.filter((each) => clocks.test(each))).to.deep.equal([]);
  });

  it("reaches nobody at an address where nothing listens", async () => {
    const device = newDevice("http://127.0.0.1:1");
    const error = await failure(
      device.call((client) => client.login({ phone: "+237670000000", password: "x" })),
    );
    expect(error).to.include({ reason: "OFFLINE", isTransient: true });
  });
});
