import { expect } from "chai";
import type { Page } from "playwright-core";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectFailedCallsOnly,
  expectNoBarriers,
  expectNoProblems,
  fillSignIn,
  type Opened,
  useConsole,
} from "../../support/console.js";
import { startPage, typeOnPage } from "./start-page.js";

describe("a session of the console, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { makeAdministrator, signIn, service } = useConsole();

  /** Another tab of the same browser. */
  async function openTab({ page }: Opened): Promise<Page> {
    const tab = await page.context().newPage();
    await tab.goto(`${service.origin}/admin/`);
    return tab;
  }

  it("hides the work when the service ends the session, and gives it back to the same user alone", async () => {
    const opened = await signIn();
    const { page, administrator } = opened;
    const { id, phone } = administrator;
    await startPage(page);
    await typeOnPage(page, "half a sentence");
    const endSession = async () => {
      await service.context.app.sessions.endAll(null, id, null);
      await page.getByRole("button", { name: "Actualiser" }).click();
      await page.getByText("Votre session est terminée.").waitFor();
    };
    await endSession();
    await page.locator("input[type=tel]:focus").waitFor();
    expect(await page.locator("#typed").isVisible()).to.equal(false);
    await expectNoBarriers(opened, "session-ended");
    // What failed is read once more.
    const reread = page.waitForResponse(
      (response) => response.url().endsWith("/GetOverview") && response.ok(),
    );
    await fillSignIn(page, phone);
    await reread;
    await page.locator("#typed").waitFor();
    expect(await page.locator("#typed").inputValue()).to.equal("half a sentence");
    // What failed then is asked once more, which must not find out first that the session has ended again.
    await page.locator(".note.error").waitFor({ state: "detached" });
    await page.locator("main [aria-busy=true]").waitFor({ state: "detached" });

    await endSession();
    const other = await makeAdministrator("staff");
    await fillSignIn(page, other.phone);
    await startPage(page);
    expect(await page.locator("#typed").count()).to.equal(0);
    expectFailedCallsOnly(opened, "status of 40");
  });

  it("is the same in all tabs: refresh, sign-out and sign-in", async () => {
    const opened = await signIn();
    const { page, administrator } = opened;
    await startPage(page);
    const tab = await openTab(opened);
    await startPage(tab);
    // Both refresh at once, and go on.
    for (let round = 0; round < 2; round++) {
      await Promise.all([page.reload(), tab.reload()]);
      await Promise.all([startPage(page), startPage(tab)]);
    }
    await typeOnPage(tab, "for nobody else");
    await page.getByRole("button", { name: "Se déconnecter" }).click();
    await tab.getByText("Vous vous êtes déconnecté dans un autre onglet.").waitFor();
    expect(await tab.locator("#typed").count()).to.equal(0);
    await fillSignIn(page, administrator.phone);
    await Promise.all([startPage(page), startPage(tab)]);
    // Somebody else signs in.
    await page.getByRole("button", { name: "Se déconnecter" }).click();
    // Else both tabs end the session, and the second one is told that it is over.
    await page.getByText("Fermeture de la session").waitFor({ state: "detached" });
    await tab.locator("input[type=password]").waitFor();
    const other = await makeAdministrator("staff");
    await fillSignIn(tab, other.phone);
    await Promise.all([startPage(page), startPage(tab)]);
    for (const each of [page, tab]) {
      expect(await each.locator("header .user").textContent()).to.include(other.phone);
    }
    expectNoProblems(opened);
  });
});
