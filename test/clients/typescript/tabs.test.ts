import { expect } from "chai";
import { type WebStorage, webStorageStore } from "../../../clients/typescript/src/index.js";
import { useFaultyProxy } from "../../support/faulty-proxy.js";
import { useTestService } from "../../support/service.js";
import { type VirtualTime, virtualTime } from "../../support/virtual-time.js";
import {
  browserLocks,
  browserStorage,
  type Device,
  newDevice,
  outliveAccessToken,
  signedInDevice,
  stateOf,
} from "./devices.js";

function sameStorage(): [WebStorage, WebStorage] {
  const storage = browserStorage();
  return [storage, storage];
}

/** The storage of two tabs, each of which sees a moment later what the other one stored. */
function laggingStorages(time: VirtualTime): [WebStorage, WebStorage] {
  const LAG_MS = 20;
  const tabs = [browserStorage(), browserStorage()] as const;
  const view = (own: WebStorage, other: WebStorage): WebStorage => ({
    getItem: own.getItem,
    setItem(key, value) {
      own.setItem(key, value);
      void time.wait(LAG_MS).then(() => other.setItem(key, value));
    },
    removeItem: own.removeItem,
  });
  return [view(tabs[0], tabs[1]), view(tabs[1], tabs[0])];
}

const profile = (device: Device) => device.call((client) => client.profile());

describe("the TypeScript client's refresh in two tabs at once", () => {
  const service = useTestService();
  const proxy = useFaultyProxy(service);
  before(() => service.context.clock.set(new Date().toISOString()));

  /** Calls since the last call of this function. */
  const newCalls = () => proxy.calls.splice(0);

  async function twoTabs(
    locks: ReturnType<typeof browserLocks> | null,
    { time = virtualTime(), storages = sameStorage() } = {},
  ): Promise<[Device, Device]> {
    const [one, another] = storages.map((storage) => ({ store: webStorageStore(storage), locks, time }));
    const first = await signedInDevice(service.context, proxy.origin, one);
    await first.pass(1);
    const second = newDevice(proxy.origin, another);
    await profile(second);
    await outliveAccessToken(service.context, first);
    newCalls();
    return [first, second];
  }

  async function expectBothSignedIn([first, second]: [Device, Device]): Promise<void> {
    expect(await stateOf(first)).to.deep.equal(await stateOf(second));
    // The tokens after these prove that neither tab is left with a used one.
    await service.context.passTime(60);
    for (const tab of [first, second]) {
      await outliveAccessToken(service.context, tab);
      await profile(tab);
    }
    expect([first.signedOut, second.signedOut]).to.deep.equal([0, 0]);
  }

  it("is one request with Web Locks", async () => {
    const tabs = await twoTabs(browserLocks());
    await tabs[0].time.pass(Promise.all(tabs.map(({ client }) => client.profile())));
    expect(newCalls().filter((method) => method === "RefreshToken")).to.have.length(1);
    await expectBothSignedIn(tabs);
  });

  it("is one request although a tab sees what another one stored only after it released the lock", async () => {
    const time = virtualTime();
    const tabs = await twoTabs(browserLocks(), { time, storages: laggingStorages(time) });
    await time.pass(Promise.all(tabs.map(({ client }) => client.profile())));
    expect(newCalls().filter((method) => method === "RefreshToken")).to.have.length(1);
    await expectBothSignedIn(tabs);
  });

  it("leaves both signed in without locks, by the grace period", async () => {
    const tabs = await twoTabs(null);
    await tabs[0].time.pass(Promise.all(tabs.map(({ client }) => client.profile())));
    expect(newCalls().filter((method) => method === "RefreshToken")).to.have.length(2);
    await expectBothSignedIn(tabs);
  });

  it("goes on without a lock that another tab never returns", async () => {
    const locks = browserLocks();
    const tabs = await twoTabs(locks);
    const { signal } = new AbortController();
    void locks.request("waterbill-identity:refresh", { signal }, () => new Promise(() => undefined));
    await tabs[0].time.pass(tabs[1].client.profile({ timeoutMs: 20_000 }));
    expect(newCalls()).to.deep.equal(["RefreshToken", "GetProfile"]);
    await tabs[0].time.pass(tabs[0].client.profile());
    expect(newCalls()).to.deep.equal(["GetProfile"]);
  });

  it("is one for two clients of one store", async () => {
    const first = await signedInDevice(service.context, proxy.origin);
    const second = newDevice(proxy.origin, { store: first.store, time: first.time });
    await profile(second);
    await outliveAccessToken(service.context, first);
    newCalls();
    await first.time.pass(Promise.all([first, second].map(({ client }) => client.profile())));
    expect(newCalls()).to.deep.equal(["RefreshToken", "GetProfile", "GetProfile"]);
  });
});
