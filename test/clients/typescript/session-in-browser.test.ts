import { expect } from "chai";
import type { Page } from "playwright-core";
import { useBrowser } from "../../support/browser.js";
import { badGateway, firstCalls, useFaultyProxy } from "../../support/faulty-proxy.js";
import { generousLimits, useTestService } from "../../support/service.js";
import { activeUser, testPassword } from "../../support/test-context.js";
import { until } from "../../support/until.js";
import { newDevice } from "./devices.js";
import type { PageFailure } from "./page-app.js";
import { inPage, useWebApp } from "./web-app.js";

/** A page takes seconds on a busy machine. */
const TEST_TIMEOUT_MS = 60_000;

const DAY_MS = 86_400_000;
const THIRTY_MINUTES = 30 * 60;

/** How many tabs hold the lock for a refresh, or wait for it. */
const TABS_AT_LOCK = `navigator.locks.query().then(({ held, pending }) =>
  [...held, ...pending].filter(({ name }) => name === "waterbill-identity:refresh").length)`;

describe("the TypeScript client's session in a browser", function () {
  this.timeout(TEST_TIMEOUT_MS);
  const app = useWebApp();
  const service = useTestService({
    environment: () => ({ ...generousLimits, CORS_ALLOWED_ORIGINS: app.origin }),
  });
  const proxy = useFaultyProxy(service);
  const browser = useBrowser();
  before(() => service.context.clock.set(new Date().toISOString()));

  /** Calls since the last call of this function. */
  const newCalls = () => proxy.calls.splice(0);
  const newRefreshes = () => newCalls().filter((method) => method === "RefreshToken");

  /** A page in which a new customer is signed in, on a device whose clock is wrong by `offsetMs`. */
  async function signedInPage(offsetMs = 0): Promise<{ page: Page; phone: string }> {
    const { phone } = await activeUser(service.context);
    const time = new Date(Date.now() + offsetMs);
    const { page } = await browser.open(app.address(proxy), { time });
    const input = { phone, password: testPassword };
    await inPage(page, async ({ client }, input) => void (await client.login(input)), input);
    newCalls();
    return { page, phone };
  }

  /** Two tabs of one browser, in both of which the customer is signed in. */
  async function twoTabs(): Promise<{ tabs: [Page, Page]; phone: string }> {
    const { page, phone } = await signedInPage();
    const another = await page.context().newPage();
    await another.goto(app.address(proxy));
    expect(await profile(another)).to.equal(phone);
    newCalls();
    return { tabs: [page, another], phone };
  }

  /** Lets time pass for the service, and for all tabs of the browser. */
  async function pass(page: Page, seconds: number): Promise<void> {
    await service.context.passTime(seconds);
    await page.clock.fastForward(seconds * 1000);
  }

  const outliveAccessToken = (page: Page) => pass(page, 16 * 60);

  /** The phone number of the profile. */
  const profile = (page: Page) => inPage(page, async ({ client }) => (await client.profile()).phone);
  const signedOut = (page: Page) => inPage(page, (app) => app.signedOut);
  const failure = (page: Page) => inPage(page, (app) => app.failure(app.client.profile()));

  /** Why a call fails at its deadline, after requests without a response. Only the device's time passes. */
  async function lateFailure(page: Page): Promise<PageFailure> {
    let isDone = false;
    const requestFailed = page.waitForEvent("requestfailed");
    const call = failure(page).finally(() => {
      isDone = true;
    });
    await requestFailed;
    await until(async () => {
      await page.clock.fastForward(1000);
      return isDone;
    });
    return call;
  }

  it("outlives the lost response of a refresh", async () => {
    const { page, phone } = await signedInPage();
    await outliveAccessToken(page);
    proxy.faults.of = firstCalls(2, "RefreshToken", "lost_response");
    expect(await profile(page)).to.equal(phone);
    expect(newRefreshes()).to.have.length(3);
    // The tokens after these prove that the page isn't left with used ones.
    await outliveAccessToken(page);
    expect(await profile(page)).to.equal(phone);
    expect(newCalls()).to.deep.equal(["RefreshToken", "GetProfile"]);
    expect(await signedOut(page)).to.equal(0);
  });

  for (const [name, passes] of [
    ["know that their token is over", outliveAccessToken],
    ["learn it by a refusal", () => service.context.passTime(16 * 60)],
  ] as const) {
    it(`is refreshed once for ten calls in each of two tabs that ${name}`, async () => {
      const { tabs, phone } = await twoTabs();
      await passes(tabs[0]);
      // The response comes when the other tab waits for the lock.
      proxy.faults.of = async (method) => {
        if (method === "RefreshToken") await until(async () => (await tabs[0].evaluate(TABS_AT_LOCK)) === 2);
        return undefined;
      };
      const tenProfiles = (tab: Page) =>
        inPage(tab, async ({ client }) => {
          const users = await Promise.all(Array.from({ length: 10 }, () => client.profile()));
          return users.map((user) => user.phone);
        });
      const phones = await Promise.all(tabs.map(tenProfiles));
      expect(phones.flat()).to.deep.equal(Array(20).fill(phone));
      expect(newRefreshes()).to.have.length(1);

      proxy.faults.of = () => undefined;
      await outliveAccessToken(tabs[0]);
      expect(await Promise.all(tabs.map(profile))).to.deep.equal([phone, phone]);
      expect(newRefreshes()).to.have.length(1);
      expect(await Promise.all(tabs.map(signedOut))).to.deep.equal([0, 0]);
    });
  }

  it("outlives an hour offline", async () => {
    const { page, phone } = await signedInPage();
    await page.context().setOffline(true);
    for (let half = 0; half < 2; half++) {
      await pass(page, THIRTY_MINUTES);
      expect(await lateFailure(page)).to.include({ reason: "OFFLINE", isTransient: true });
      expect(await inPage(page, ({ client }) => client.isSignedIn())).to.equal(true);
    }
    expect(newCalls()).to.deep.equal([]);
    // The app tries again at once: browsers tell it.
    await page.context().setOffline(false);
    expect(await profile(page)).to.equal(phone);
    expect(newCalls()).to.deep.equal(["RefreshToken", "GetProfile"]);
    expect(await signedOut(page)).to.equal(0);
  });

  it("outlives a proxy's error page, which a page of another origin can't read", async () => {
    const { page, phone } = await signedInPage();
    await outliveAccessToken(page);
    proxy.faults.of = () => badGateway;
    expect(await lateFailure(page)).to.include({ reason: "OFFLINE", isTransient: true });
    proxy.faults.of = () => undefined;
    await inPage(page, ({ client }) => client.retryNow());
    expect(await profile(page)).to.equal(phone);
    expect(await signedOut(page)).to.equal(0);
  });

  for (const [name, offsetMs] of [
    ["fast", DAY_MS],
    ["slow", -DAY_MS],
  ] as const) {
    it(`is refreshed no sooner on a device whose clock is a day ${name}, and then corrected`, async () => {
      const { page, phone } = await signedInPage(offsetMs);
      expect((await page.evaluate<number>("Date.now()")) - Date.now()).to.be.closeTo(
        offsetMs,
        TEST_TIMEOUT_MS,
      );
      for (const correctionMs of [-offsetMs, 0, offsetMs]) {
        expect(await profile(page)).to.equal(phone);
        await page.clock.setSystemTime(Date.now() + correctionMs);
      }
      await page.reload();
      expect(await profile(page)).to.equal(phone);
      expect(newCalls()).to.deep.equal(Array(4).fill("GetProfile"));
      await outliveAccessToken(page);
      expect(await profile(page)).to.equal(phone);
      expect(newCalls()).to.deep.equal(["RefreshToken", "GetProfile"]);
      expect(await signedOut(page)).to.equal(0);
    });
  }

  it("ends once in each tab when it is revoked elsewhere", async () => {
    const { tabs, phone } = await twoTabs();
    const [page, another] = tabs;
    const elsewhere = newDevice(service.origin);
    await elsewhere.call((client) => client.login({ phone, password: testPassword }));
    expect(await elsewhere.call((client) => client.revokeOtherSessions())).to.equal(1);
    const reasons = await inPage(page, async ({ client, failure }) => {
      const failures = await Promise.all(Array.from({ length: 10 }, () => failure(client.profile())));
      return failures.map(({ reason }) => reason);
    });
    expect(reasons).to.deep.equal(Array(10).fill("SIGNED_OUT"));
    expect(newRefreshes()).to.have.length(1);
    // The other tab learns it from the storage, without a call.
    await until(async () => (await signedOut(another)) > 0);
    expect((await failure(another)).reason).to.equal("SIGNED_OUT");
    expect(newCalls()).to.deep.equal([]);
    expect(await Promise.all(tabs.map(signedOut))).to.deep.equal([1, 1]);
  });
});
