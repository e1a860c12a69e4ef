import { expect } from "chai";
import { webStorageStore } from "../../../clients/typescript/src/index.js";
import { useFaultyProxy } from "../../support/faulty-proxy.js";
import { useTestService } from "../../support/service.js";
import {
  browserLocks,
  browserStorage,
  type Device,
  newDevice,
  outliveAccessToken,
  signedInDevice,
  stateOf,
} from "./devices.js";

const profile = (device: Device) => device.call((client) => client.profile());

describe("the TypeScript client's refresh in two tabs at once", () => {
  const service = useTestService();
  const proxy = useFaultyProxy(service);
  before(() => service.context.clock.set(new Date().toISOString()));

  /** Calls since the last call of this function. */
  const newCalls = () => proxy.calls.splice(0);

  async function twoTabs(locks: ReturnType<typeof browserLocks> | null): Promise<[Device, Device]> {
    const storage = browserStorage();
    const options = () => ({ store: webStorageStore(storage), locks });
    const first = await signedInDevice(service.context, proxy.origin, options());
    const second = newDevice(proxy.origin, { ...options(), time: first.time });
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
