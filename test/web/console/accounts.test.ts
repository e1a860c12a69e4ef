import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { setAccountActive } from "../../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../../src/audit/act.js";
import { fillAccounts } from "../../accounts/account-lists.js";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectFailedCallsOnly,
  expectFocus,
  expectNoBarriers,
  expectNoProblems,
  useConsole,
} from "../../support/console.js";
import { activeUser, newPhone } from "../../support/test-context.js";
import { until } from "../../support/until.js";

describe("the list of accounts in the console", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { signIn, service } = useConsole();

  const rows = (page: Page) => page.locator("tbody tr");
  const phones = (page: Page) => page.locator("tbody th").allTextContents();
  const search = (page: Page) => page.locator("input[type=search]");

  /** Waits until the list has the accounts of these numbers alone. */
  const expectPhones = (page: Page, expected: readonly string[]) =>
    until(async () => isDeepStrictEqual(await phones(page), expected));

  it("searches, filters and sorts at once, with all of it in the address", async () => {
    const [first, second] = [await activeUser(service.context), await activeUser(service.context)];
    await setAccountActive(service.context.app, {
      phone: second.phone,
      isActive: false,
      actor: COMMAND_LINE,
    });
    const opened = await signIn({ view: "/accounts" });
    const { page, administrator } = opened;
    await page.locator("tbody").waitFor();
    await expectNoBarriers(opened, "accounts");
    await page.setViewportSize({ width: 1280, height: 900 });

    await search(page).pressSequentially(second.phone.slice(-6));
    await expectPhones(page, [second.phone]);
    expect(await rows(page).textContent())
      .to.include("Désactivé")
      .and.include("Client");
    expect(await page.evaluate("location.hash")).to.equal(`#/accounts?search=${second.phone.slice(-6)}`);
    await page.reload();
    await expectPhones(page, [second.phone]);
    expect(await search(page).inputValue()).to.equal(second.phone.slice(-6));

    await page.getByRole("button", { name: "Effacer les filtres" }).click();
    await page.getByLabel("État").selectOption("active");
    await page.getByRole("link", { name: "Numéro" }).click();
    await expectPhones(page, [first.phone, administrator.phone].sort());
    expect(await page.locator("th[aria-sort]").getAttribute("aria-sort")).to.equal("ascending");
    await page.getByRole("link", { name: "Numéro" }).click();
    await expectPhones(page, [first.phone, administrator.phone].sort().reverse());
    expect(await page.locator("th[aria-sort]").getAttribute("aria-sort")).to.equal("descending");
    await page.getByLabel("Rôle").selectOption("yes");
    await expectPhones(page, [administrator.phone]);
    await page.goBack();
    await expectPhones(page, [first.phone, administrator.phone].sort().reverse());
    await page.getByLabel("Inscrit à partir du").fill("2026-03-02");
    await page.getByText("Aucun résultat.").waitFor();
    expectNoProblems(opened);
  });

  it("goes through pages, and starts anew with the page of another list", async () => {
    const add = { name: "test_accounts", text: fillAccounts(80), isAdHoc: true };
    await service.context.testDatabase.database.run(null, add, []);
    const opened = await signIn({ view: "/accounts?state=active&sort=phone", language: "en-GB" });
    const { page } = opened;
    await until(async () => (await rows(page).count()) === 50);
    const [first] = await phones(page);
    await page.getByRole("link", { name: "Next page" }).click();
    await until(async () => (await phones(page))[0] !== first);
    await expectFocus(page, "List of accounts");
    await page.goBack();
    await until(async () => (await phones(page))[0] === first);
    await page.goForward();
    await page.getByText("Page 2").waitFor();
    const token = new URLSearchParams(new URL(page.url()).hash.split("?")[1]).get("page")!;
    await page.evaluate(`location.hash = "#/accounts?page=${token}&number=2"`);
    await page.getByText("This is the first one.").waitFor();

    const unknown = newPhone();
    await search(page).fill(unknown.slice(1));
    await page.getByRole("link", { name: `Show what is known of the number ${unknown.slice(1)}` }).click();
    await page.getByText("Nothing is known of this number").waitFor();
    await page.locator("h1:focus").waitFor();
    await expectNoBarriers(opened, "account-unknown-en");
    expectFailedCallsOnly(opened, "status of 4");
  });
});
