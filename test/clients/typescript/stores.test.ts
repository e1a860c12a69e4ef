import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import {
  cachedStore,
  memoryStore,
  type StoredState,
  webStorageStore,
} from "../../../clients/typescript/src/index.js";
import { firstCalls, useFaultyProxy } from "../../support/faulty-proxy.js";
import { useTestService } from "../../support/service.js";
import { testPassword } from "../../support/test-context.js";
import { virtualTime } from "../../support/virtual-time.js";
import {
  browserStorage,
  type Device,
  failure,
  newDevice,
  outliveAccessToken,
  signedInDevice,
} from "./devices.js";

const profile = (device: Device) => device.call((client) => client.profile());

describe("the TypeScript client's store", () => {
  const service = useTestService();
  const proxy = useFaultyProxy(service);
  before(() => service.context.clock.set(new Date().toISOString()));

  const logIn = (device: Device, phone: string) =>
    device.call((client) => client.login({ phone, password: testPassword }));

  it("doesn't take an old look at the store for news", async () => {
    const { store, phone } = await signedInDevice(service.context, proxy.origin);
    let gate: Promise<void> | undefined;
    const get = async () => {
      const [state, opens] = [store.get(), gate];
      await opens;
      return state;
    };
    const device = newDevice(proxy.origin, { store: { ...store, get } });
    expect((await profile(device)).phone).to.equal(phone);
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const isSignedIn = device.client.isSignedIn();
    gate = undefined;
    await logIn(device, phone);
    open();
    expect(await isSignedIn).to.equal(true);
    await device.pass(0);
    expect(device.signedOut).to.equal(0);
  });

  it("is signed out by logout although the store is slow", async () => {
    const inner = memoryStore();
    const time = virtualTime();
    const set = time.instant(async (state: StoredState) => {
      await delay(20);
      await inner.set(state);
    });
    const store = { ...inner, set };
    const device = await signedInDevice(service.context, proxy.origin, { store, time });
    const loggedOut = device.client.logout();
    await delay(5);
    expect((await failure(device.client.profile())).reason).to.equal("SIGNED_OUT");
    expect(await device.client.isSignedIn()).to.equal(false);
    expect(await time.pass(loggedOut)).to.equal(true);
    expect((await failure(profile(device))).reason).to.equal("SIGNED_OUT");
    expect(device.signedOut).to.equal(0);
  });

  it("follows the sign-out of another tab", async () => {
    const storage = browserStorage();
    const first = await signedInDevice(service.context, proxy.origin, { store: webStorageStore(storage) });
    const listeners: (() => void)[] = [];
    const store = {
      ...webStorageStore(storage),
      subscribe(listener: () => void) {
        listeners.push(listener);
        return () => void listeners.pop();
      },
    };
    const second = newDevice(proxy.origin, { store, time: first.time });
    expect((await profile(second)).phone).to.equal(first.phone);
    await first.call((client) => client.logout());
    for (const listener of listeners) listener();
    await second.pass(0);
    expect(second.signedOut).to.equal(1);
    expect((await failure(profile(second))).reason).to.equal("SIGNED_OUT");
    expect([first.signedOut, second.signedOut]).to.deep.equal([0, 1]);
    second.client.close();
    expect(listeners).to.deep.equal([]);
  });

  it("doesn't end by a store that holds something else, or fails", async () => {
    const storage = browserStorage();
    const device = newDevice(proxy.origin, { store: webStorageStore(storage) });
    for (const text of ["", "null", "[]", "{", '{"session":{"id":"x"}}', "17"]) {
      storage.setItem("waterbill-identity", text);
      expect(await device.client.isSignedIn()).to.equal(false);
    }
    const inner = memoryStore();
    let isLocked = false;
    const get = () => {
      if (isLocked) throw new Error("the keychain is locked");
      return inner.get();
    };
    const locked = await signedInDevice(service.context, proxy.origin, { store: { ...inner, get } });
    isLocked = true;
    expect((await failure(profile(locked))).reason).to.equal("STORAGE");
    isLocked = false;
    await profile(locked);
    expect(locked.signedOut).to.equal(0);
  });

  it("asks a cached store once", async () => {
    const inner = memoryStore();
    let reads = 0;
    const get = () => {
      reads += 1;
      return inner.get();
    };
    const device = await signedInDevice(service.context, proxy.origin, {
      store: cachedStore({ ...inner, get }),
    });
    await profile(device);
    await outliveAccessToken(service.context, device);
    proxy.faults.of = firstCalls(1, "RefreshToken", "lost_response");
    await profile(device);
    await device.call((client) => client.logout({ forgetsDevice: true }));
    expect(reads).to.equal(1);
    expect(inner.get()).to.equal(undefined);
  });

  it("believes a write of a cached store, and no read that began before it", async () => {
    const inner = memoryStore();
    let finishRead = () => {};
    const store = cachedStore({
      ...inner,
      async get() {
        const state = inner.get();
        await new Promise<void>((resolve) => {
          finishRead = resolve;
        });
        return state;
      },
    });
    const read = store.get();
    await store.set({ device: "new" });
    finishRead();
    expect(await read).to.deep.equal({ device: "new" });
    expect(await store.get()).to.deep.equal({ device: "new" });
  });
});
