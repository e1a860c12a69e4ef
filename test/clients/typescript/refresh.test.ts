import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { memoryStore, type StoredState, type TokenStore } from "../../../clients/typescript/src/index.js";
import { firstCalls, useFaultyProxy } from "../../support/faulty-proxy.js";
import { useTestService } from "../../support/service.js";
import { virtualTime } from "../../support/virtual-time.js";
import {
  type Device,
  failure,
  newDevice,
  outliveAccessToken,
  signedInDevice,
  stateOf,
  wholeFetch,
} from "./devices.js";

const profile = (device: Device) => device.call((client) => client.profile());

describe("the TypeScript client's refresh", () => {
  const service = useTestService();
  const proxy = useFaultyProxy(service);
  before(() => service.context.clock.set(new Date().toISOString()));

  /** Calls since the last call of this function. */
  const newCalls = () => proxy.calls.splice(0);

  it("is one for twenty calls at once", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    const { session: old } = await stateOf(device);
    await outliveAccessToken(service.context, device);
    newCalls();
    const users = await device.call(({ profile }) =>
      Promise.all(Array.from({ length: 20 }, () => profile())),
    );
    expect(new Set(users.map(({ phone }) => phone))).to.deep.equal(new Set([device.phone]));
    const calls = newCalls();
    expect(calls[0]).to.equal("RefreshToken");
    expect(calls.slice(1)).to.deep.equal(Array(20).fill("GetProfile"));
    const { session } = await stateOf(device);
    expect(session).to.include({ id: old!.id });
    expect(session!.refresh).not.to.equal(old!.refresh);
  });

  it("stores the new tokens before it uses them", async () => {
    const inner = memoryStore();
    const time = virtualTime();
    let isStored = true;
    const set = time.instant(async (state: StoredState) => {
      isStored = false;
      await delay(20);
      await inner.set(state);
      isStored = true;
    });
    const device = await signedInDevice(service.context, proxy.origin, { store: { ...inner, set }, time });
    await outliveAccessToken(service.context, device);
    proxy.faults.of = (method) => {
      if (method === "GetProfile") expect(isStored).to.equal(true);
      return undefined;
    };
    await profile(device);
  });

  it("is repeated when the store fails, with the same token", async () => {
    const inner = memoryStore();
    let isFull = false;
    const set: TokenStore["set"] = (state) => {
      if (isFull) throw new Error("the disk is full");
      return inner.set(state);
    };
    const device = await signedInDevice(service.context, proxy.origin, { store: { ...inner, set } });
    await outliveAccessToken(service.context, device);
    isFull = true;
    newCalls();
    const error = await failure(profile(device));
    expect(error).to.include({ reason: "STORAGE", isTransient: true });
    expect(newCalls()).not.to.include("GetProfile");
    isFull = false;
    expect((await profile(device)).phone).to.equal(device.phone);
    expect(device.signedOut).to.equal(0);
  });

  for (const [name, seconds] of [
    ["within the grace period", 0],
    ["an hour later", 3600],
  ] as const) {
    it(`gets a lost response again ${name}`, async () => {
      const device = await signedInDevice(service.context, proxy.origin);
      await outliveAccessToken(service.context, device);
      newCalls();
      proxy.faults.of = firstCalls(1, "RefreshToken", "lost_response");
      if (seconds > 0) {
        const error = await failure(device.call((client) => client.profile({ timeoutMs: 100 })));
        expect(error).to.include({ reason: "OFFLINE", isTransient: true });
        await service.context.passTime(seconds);
      }
      expect((await profile(device)).phone).to.equal(device.phone);
      expect(newCalls()).to.deep.equal(["RefreshToken", "RefreshToken", "GetProfile"]);
      expect(device.signedOut).to.equal(0);
    });
  }

  it("runs ahead of the expiry while calls go on with the old token", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    const { session: old } = await stateOf(device);
    // 15 minutes, less 45 seconds: half of the random part.
    await device.pass(15 * 60 - 46);
    await profile(device);
    expect((await stateOf(device)).session).to.deep.equal(old);
    await device.pass(2);
    newCalls();
    proxy.faults.of = (method) => (method === "RefreshToken" ? "no_connection" : undefined);
    expect((await profile(device)).phone).to.equal(device.phone);
    await device.pass(1);
    expect(newCalls()).to.have.members(["RefreshToken", "GetProfile"]);
    proxy.faults.of = () => undefined;
    await profile(device);
    await device.pass(1);
    expect((await stateOf(device)).session!.refresh).not.to.equal(old!.refresh);
  });

  it("counts the age of a token from the moment before its request", async () => {
    const time = virtualTime();
    const instantFetch = time.instant(wholeFetch);
    const slowFetch: typeof fetch = async (...args) => {
      const response = await instantFetch(...args);
      await time.wait(5_000);
      return response;
    };
    const device = await signedInDevice(service.context, proxy.origin, { time, fetch: slowFetch });
    expect(time.clock.monotonicMs()).to.equal(5_000);
    await device.pass(15 * 60 - 45 - 5 - 1);
    newCalls();
    await device.client.accessToken();
    await device.pass(2);
    expect(newCalls()).to.deep.equal([]);
    await device.client.accessToken();
    await device.pass(10);
    expect(newCalls()).to.deep.equal(["RefreshToken"]);
    // The successor's too.
    await device.pass(15 * 60 - 45 - 10 + 1);
    await device.client.accessToken();
    await device.pass(10);
    expect(newCalls()).to.deep.equal(["RefreshToken"]);
  });

  it("follows a refusal, for a token whose age is unknown after a restart", async () => {
    const first = await signedInDevice(service.context, proxy.origin);
    await service.context.passTime(16 * 60);
    const device = newDevice(proxy.origin, { store: first.store });
    newCalls();
    expect((await profile(device)).phone).to.equal(first.phone);
    expect(newCalls()).to.deep.equal(["GetProfile", "RefreshToken", "GetProfile"]);
    await profile(device);
    expect(newCalls()).to.deep.equal(["GetProfile"]);
  });

  it("follows another service's refusal", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    const access = await device.client.accessToken();
    expect(await device.client.accessToken({ refused: "another" })).to.equal(access);
    const next = await device.call((client) => client.accessToken({ refused: access }));
    expect(next).not.to.equal(access);
    expect((await stateOf(device)).session?.access).to.equal(next);
  });
});
