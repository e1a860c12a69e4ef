import { expect } from "chai";
import { useBrowser } from "../../support/browser.js";
import { CONSOLE_TEST_TIMEOUT_MS, expectNoProblems, fillSignIn, useConsole } from "../../support/console.js";
import { serveBelow } from "../../support/serve-below.js";
import { startPage } from "./start-page.js";

describe("the console behind a proxy, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { makeAdministrator, service } = useConsole();
  const browser = useBrowser();

  for (const address of ["/admin", "/admin/"]) {
    it(`works below a path, at ${address}`, async () => {
      const proxy = await serveBelow("/identity", service.origin);
      try {
        const opened = await browser.open(proxy.origin + address);
        const { phone } = await makeAdministrator();
        await fillSignIn(opened.page, phone);
        await startPage(opened.page);
        await opened.page.reload();
        await startPage(opened.page);
        expectNoProblems(opened);
      } finally {
        proxy.close();
      }
    });
  }

  it("says that it is being updated while another process has no such script, and works after a reload", async () => {
    const { page } = await browser.open(`${service.origin}/ping`);
    await page.route("**/console-*.js", (route) => route.fulfill({ status: 404, body: "{}" }));
    await page.goto(`${service.origin}/admin/`);
    expect(await page.locator("body").innerText()).to.include("rechargez la page");
    await page.unroute("**/console-*.js");
    await page.reload();
    await page.locator("input[type=password]").waitFor();
    expect(await page.getByText("rechargez la page").count()).to.equal(0);
  });
});
