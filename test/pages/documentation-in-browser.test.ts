import { expect } from "chai";
import { NO_PROBLEMS, overflow, useBrowser } from "../support/browser.js";
import { serveBelow } from "../support/serve-below.js";
import { useTestService } from "../support/service.js";
import { activeUser, testPassword } from "../support/test-context.js";

/** A page takes seconds to render on a busy machine. */
const TEST_TIMEOUT_MS = 120_000;

type Opened = Awaited<ReturnType<ReturnType<typeof useBrowser>["open"]>>;

/**
 * Sends a request from Swagger UI, by default with the body of the example. Returns what the page shows of the request and its
 * response.
 */
async function tryOut({ page, screenshot }: Opened, operation: string, body?: object) {
  const block = page.locator(`#operations-${operation}`);
  await block.locator(".opblock-summary-control").click();
  await block.getByRole("button", { name: "Try it out" }).click();
  if (body) await block.locator("textarea.body-param__text").fill(JSON.stringify(body));
  await block.getByRole("button", { name: "Execute" }).click();
  const response = block.locator(".live-responses-table tbody");
  const status = await response.locator(".response-col_status").innerText();
  const text = await response.locator(".highlight-code").innerText();
  const url = await block.locator(".request-url pre").innerText();
  await response.scrollIntoViewIfNeeded();
  await screenshot(`swagger-ui-${operation}`);
  return { status: status.trim(), url: url.trim(), data: JSON.parse(text.slice(text.indexOf("{"))).data };
}

describe("Swagger UI in a browser", function () {
  this.timeout(TEST_TIMEOUT_MS);
  const service = useTestService();
  const browser = useBrowser();

  for (const width of [360, 1280]) {
    it(`shows every operation in ${width} pixels, and loads nothing from elsewhere`, async () => {
      const address = `${service.origin}/api/docs/#/Auth/login`;
      const { page, problems, screenshot } = await browser.open(address, { width });
      await page.locator("#operations-Auth-login .responses-table").waitFor();
      expect(await page.locator(".opblock").count()).to.be.above(30);
      expect(await overflow(page)).to.equal(0);
      await screenshot(`swagger-ui-${width}`);
      expect(problems).to.deep.equal(NO_PROBLEMS);
    });
  }

  it("signs in, calls a method with the token, and forgets it", async () => {
    const { phone } = await activeUser(service.context);
    const opened = await browser.open(`${service.origin}/api/docs`);
    const { page, problems } = opened;
    const login = await tryOut(opened, "Auth-login", { phone, password: testPassword });
    expect(login.status).to.equal("200");
    expect(login.data.tokens).to.include.keys("access", "refresh");

    await page.getByRole("button", { name: "Authorize" }).click();
    const dialog = page.locator(".auth-container");
    await dialog.locator("input").fill(login.data.tokens.access);
    await dialog.locator("button[type=submit]").click();
    await dialog.getByRole("button", { name: "Close" }).click();
    const profile = await tryOut(opened, "Profile-getProfile");
    expect(profile.status).to.equal("200");
    expect(profile.data.user.phone).to.equal(phone);

    expect(
      await page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length"),
    ).to.equal(0);
    await page.reload();
    await page.locator(".btn.authorize.unlocked").waitFor();
    expect(problems).to.deep.equal(NO_PROBLEMS);
  });

  it("sends calls below the path that a proxy serves the service at", async () => {
    const { phone } = await activeUser(service.context);
    const below = await serveBelow("/identity", service.origin);
    try {
      const opened = await browser.open(`${below.origin}/api/docs/`);
      const login = await tryOut(opened, "Auth-login", { phone, password: testPassword });
      expect(login).to.include({ status: "200", url: `${below.origin}/api/auth/login/` });
    } finally {
      below.close();
    }
  });
});

describe("Redoc in a browser", function () {
  this.timeout(TEST_TIMEOUT_MS);
  const service = useTestService();
  const browser = useBrowser();

  for (const width of [360, 1280]) {
    it(`shows every operation in ${width} pixels, and loads nothing from elsewhere`, async () => {
      const address = `${service.origin}/api/redoc/#tag/Auth/operation/login`;
      const { page, problems, screenshot } = await browser.open(address, { width });
      await page.locator('[id="tag/Auth/operation/login"] h2').waitFor();
      expect(await page.locator('[id*="/operation/"]').count()).to.be.above(30);
      expect(await overflow(page)).to.equal(0);
      await screenshot(`redoc-${width}`);
      expect(problems).to.deep.equal(NO_PROBLEMS);
    });
  }

  it("finds operations by their words", async () => {
    const { page, problems, screenshot } = await browser.open(`${service.origin}/api/redoc`);
    await page.getByRole("textbox", { name: "Search" }).fill("whitelist");
    await page.locator('[data-role="search:results"] li').first().waitFor();
    await screenshot("redoc-search");
    expect(problems).to.deep.equal(NO_PROBLEMS);
  });
});
