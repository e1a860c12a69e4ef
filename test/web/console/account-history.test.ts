import { expect } from "chai";
import type { Page } from "playwright-core";
import { setAccountActive } from "../../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../../src/audit/act.js";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectNoBarriers,
  expectNoProblems,
  useConsole,
} from "../../support/console.js";
import { signInApp } from "../../support/console-app.js";
import { activeUser } from "../../support/test-context.js";

const REASON = "Demande par courrier";
const PER_PAGE = 50;

describe("the history of an account in the console", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { signIn, service } = useConsole();

  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const rows = (page: Page) =>
    page.getByRole("region", { name: /^(History|Historique)$/ }).locator("tbody tr");

  /** The methods on accounts that the page calls from now on, without those of its start page. */
  function callsOf(page: Page): string[] {
    const calls: string[] = [];
    page.on("request", (request) => {
      const method = /AccountService\/(\w+)/.exec(request.url())?.[1];
      if (method && method !== "GetOverview") calls.push(method);
    });
    return calls;
  }

  /** Confirms the dialog that a button opens, and waits until it is gone. */
  async function act(page: Page, opener: string, label: string): Promise<void> {
    await button(page, opener).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Motif").fill(REASON);
    await dialog.getByRole("button", { name: label }).click();
    await dialog.waitFor({ state: "detached" });
  }

  it("is without the reads of administrators, unless its user wants them, page by page", async () => {
    const { phone } = await activeUser(service.context);
    for (let number = 0; number < PER_PAGE; number += 1) {
      const isActive = number % 2 === 1;
      await setAccountActive(service.context.app, { phone, isActive, actor: COMMAND_LINE });
    }
    const opened = await signIn({ language: "en-GB", view: `/accounts/${phone}` });
    const { page } = opened;
    await button(page, "Show the history").click();
    await rows(page)
      .nth(PER_PAGE - 1)
      .waitFor();
    expect(await rows(page).first().textContent()).to.include("Reactivation");
    const check = page.getByLabel("Show reads too");
    expect(await check.isChecked()).to.equal(false);
    await button(page, "Show more").click();
    await rows(page)
      .nth(PER_PAGE + 1)
      .waitFor();
    expect(await rows(page).count()).to.equal(PER_PAGE + 2);
    expect((await rows(page).allTextContents()).filter((row) => row.includes("Viewed"))).to.deep.equal([]);

    await check.press("Space");
    await rows(page).filter({ hasText: "Viewed" }).nth(1).waitFor();
    expect(await check.evaluate((element) => element.matches(":focus")), "keeps the focus").to.equal(true);
    expect(await rows(page).count()).to.equal(PER_PAGE);
    await expectNoBarriers(opened, "account-history-reads-en");
    await button(page, "Show more").click();
    await rows(page)
      .nth(PER_PAGE + 3)
      .waitFor();
    expect(await rows(page).count()).to.equal(PER_PAGE + 4);
    expectNoProblems(opened);
  });

  it("says that it has nothing but reads, of an account from before the history", async () => {
    const { id, phone } = await activeUser(service.context);
    for (const table of ["account_history", "account_history_heads"]) {
      const text = `DELETE FROM ${table} WHERE account_id = ${id}`;
      await service.context.testDatabase.database.run(
        null,
        { name: "test_history", text, isAdHoc: true },
        [],
      );
    }
    const opened = await signIn({ view: `/accounts/${phone}` });
    const { page } = opened;
    await button(page, "Afficher l'historique").click();
    await page.getByText("Aucun résultat.").waitFor();
    expect(await rows(page).count()).to.equal(0);
    await expectNoBarriers(opened, "account-history-empty");
    await page.getByLabel("Afficher aussi les consultations").check();
    await rows(page).filter({ hasText: "Consultation" }).nth(1).waitFor();
    expect(await page.getByText("Aucun résultat.").count()).to.equal(0);
    expectNoProblems(opened);
  });

  it("is read again after an act if it is open, as are the sessions after an act that may end them", async () => {
    const { phone } = await activeUser(service.context);
    await signInApp(service.origin, phone, "Mobile");
    const opened = await signIn();
    const { page } = opened;
    const calls = callsOf(page);
    await page.evaluate(`location.hash = "#/accounts/${phone}"`);
    await act(page, "Remettre les limites à zéro", "Remettre les limites à zéro");
    await act(page, "Exporter les données", "Exporter les données");

    await button(page, "Afficher les sessions").click();
    await button(page, "Afficher l'historique").click();
    await button(page, "Fermer la session : Mobile").waitFor();
    await rows(page).nth(3).waitFor();
    expect(await rows(page).count()).to.equal(4);
    await act(page, "Exporter les données", "Exporter les données");
    await rows(page).nth(4).waitFor();
    await expectNoBarriers(opened, "account-history");
    await act(page, "Désactiver", "Désactiver");
    await button(page, "Réactiver").waitFor();
    await button(page, "Fermer la session : Mobile").waitFor({ state: "detached" });
    await rows(page).nth(5).waitFor();
    expect(calls.toSorted()).to.deep.equal([
      ...["ClearLimits", "ExportAccount", "ExportAccount"],
      // At first, and after all acts but exports.
      ...["GetAccount", "GetAccount", "GetAccount"],
      ...["ListAccountHistory", "ListAccountHistory", "ListAccountHistory"],
      ...["ListAccountSessions", "ListAccountSessions", "SetAccountActive"],
    ]);
    expectNoProblems(opened);
  });
});
