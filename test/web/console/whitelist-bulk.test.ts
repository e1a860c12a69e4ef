import { expect } from "chai";
import type { Page } from "playwright-core";
import { removeEntry } from "../../../src/whitelist/remove-entry.js";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectFailedCallsOnly,
  expectNoBarriers,
  expectNoProblems,
  fillSignIn,
  useConsole,
} from "../../support/console.js";
import { generousLimits } from "../../support/service.js";
import { expectRows, fillWhitelist, listedPhone } from "./whitelist-page.js";

const BATCH = "**/*WhitelistService/BatchUpdateWhitelistEntries";

describe("bulk changes of the whitelist in the console", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { service, signIn } = useConsole(generousLimits);

  before(() => fillWhitelist(service.context, 12_560));

  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const dialog = (page: Page) => page.locator("dialog");
  const bulk = (page: Page) => page.locator(".bulk");

  /** Calls wait until the test releases them. */
  async function holdCalls(page: Page) {
    let count = 0;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(BATCH, async (route) => {
      count += 1;
      await released;
      await route.continue();
    });
    return { release, count: () => count };
  }

  it("deactivates all that match a filter, and reports the number that was removed meanwhile", async () => {
    const opened = await signIn({ view: "/whitelist?search=immeuble&active=true&orderBy=phone" });
    const { page } = opened;
    await expectRows(page, 50);
    await page.getByLabel("Sélectionner toute la page").check();
    await page.getByText("50 numéros sélectionnés").waitFor();
    await button(page, "Sélectionner tout ce qui correspond aux filtres").click();
    await page.locator(".selection").getByRole("button", { name: "Désactiver" }).click();
    await dialog(page)
      .getByText(/^1\s005 numéros/)
      .waitFor();
    await expectNoBarriers(opened, "whitelist-bulk-fr");
    await removeEntry(service.context.app, { phone: listedPhone(10), actor: null });
    // The second call finds no network.
    let calls = 0;
    await page.route(BATCH, async (route) => {
      calls += 1;
      if (calls === 2) await route.abort();
      else await route.continue();
    });
    await dialog(page).getByRole("button", { name: "Désactiver la sélection" }).click();
    await bulk(page)
      .getByText(/500 sur 1\s005 numéros/)
      .waitFor();
    await bulk(page).getByText("Connexion impossible").waitFor();
    await opened.screenshot("console-whitelist-paused-fr-320");
    await button(page, "Continuer").click();
    await bulk(page).getByText("Terminé").waitFor();
    const counts = await bulk(page).locator("dd").allTextContents();
    expect(counts.map((text) => text.replace(/\s/, ""))).to.deep.equal(["1004", "0", "1"]);
    const refused = bulk(page).locator("tbody tr", { hasText: listedPhone(10) });
    expect(await refused.locator("td").textContent()).to.equal("Numéro non trouvé dans la liste blanche.");
    await page.locator(".bulk h2:focus").waitFor();
    await expectNoBarriers(opened, "whitelist-report-fr");
    await page.getByText("Aucun résultat").waitFor();
    await button(page, "Fermer le rapport").click();
    await page.locator("caption:focus").waitFor();
    expect(await service.context.app.whitelist.find(null, listedPhone(2000))).to.have.property(
      "isActive",
      false,
    );
    expectFailedCallsOnly(opened);
  });

  it("removes what is selected on two pages", async () => {
    const opened = await signIn({ view: "/whitelist?orderBy=phone&search=6000125", language: "en-GB" });
    const { page } = opened;
    await expectRows(page, 50);
    const [first] = await page.locator("tbody th").allTextContents();
    await page.getByLabel(`Select ${first}`).check();
    await page.getByRole("link", { name: "Next page" }).click();
    await page.locator("caption", { hasText: "Page 2: 11" }).waitFor();
    const [second, third] = await page.locator("tbody th").allTextContents();
    await page.getByLabel(`Select ${second}`).check();
    await page.getByLabel(`Select ${third}`).check();
    await page.getByLabel(`Select ${third}`).uncheck();
    await page.getByText("2 numbers selected").waitFor();
    await expectNoBarriers(opened, "whitelist-selection-en");
    await page.locator(".selection").getByRole("button", { name: "Remove" }).click();
    await dialog(page).getByText("2 numbers to remove").waitFor();
    await dialog(page).getByRole("button", { name: "Remove the selection" }).click();
    await bulk(page).getByText("Done.").waitFor();
    for (const phone of [first!, second!]) {
      expect(await service.context.app.whitelist.find(null, phone), phone).to.equal(null);
    }
    expect(await service.context.app.whitelist.find(null, third!)).not.to.equal(null);
    expectNoProblems(opened);
  });

  it("can be stopped, warns before the page is left, and goes on after a look at another page", async () => {
    const opened = await signIn({
      view: "/whitelist?search=600002&addedUntil=2025-12-31",
      timeZone: "Africa/Douala",
    });
    const { page } = opened;
    // Until 23:00 in UTC on that day: nothing.
    await page.getByText("Aucun résultat").waitFor();
    await page.getByLabel("Ajouté jusqu'au").fill("2026-01-01");
    await expectRows(page, 50);
    await page.getByLabel("Sélectionner toute la page").check();
    await button(page, "Sélectionner tout ce qui correspond aux filtres").click();
    await page.locator(".selection").getByRole("button", { name: "Modifier les notes" }).click();
    await dialog(page).getByLabel("Notes").fill("Relevé 2026");
    const calls = await holdCalls(page);
    await dialog(page).getByRole("button", { name: "Modifier les notes de la sélection" }).click();
    await bulk(page).getByText("En cours").waitFor();
    await opened.screenshot("console-whitelist-progress-fr-1280");
    await page.getByRole("link", { name: "Historique" }).first().click();
    await bulk(page).getByText("En cours").waitFor();
    await expectNoBarriers(opened, "whitelist-progress-fr");
    let asked = "";
    page.once("dialog", async (question) => {
      asked = question.type();
      await question.dismiss();
    });
    await page.evaluate("location.reload()").catch(() => undefined);
    expect(asked).to.equal("beforeunload");
    await button(page, "Arrêter").click();
    await bulk(page).getByText("Arrêt après l'appel en cours").waitFor();
    calls.release();
    await bulk(page).getByText("En pause").waitFor();
    await page.getByRole("link", { name: "Liste blanche" }).click();
    await bulk(page).getByText("500 sur").waitFor();
    await button(page, "Continuer").click();
    await bulk(page).getByText("Terminé").waitFor();
    const entry = await service.context.app.whitelist.find(null, listedPhone(2999));
    expect(entry).to.have.property("notes", "Relevé 2026");
    expectNoProblems(opened);
  });

  it("ends when its user signs out: nobody goes on in another's name", async () => {
    const { administrator: next } = await signIn();
    const opened = await signIn({ view: "/whitelist?search=600003" });
    const { page } = opened;
    await expectRows(page, 50);
    await page.getByLabel("Sélectionner toute la page").check();
    await button(page, "Sélectionner tout ce qui correspond aux filtres").click();
    await page.locator(".selection").getByRole("button", { name: "Retirer" }).click();
    const calls = await holdCalls(page);
    await dialog(page)
      .getByText(/^1\s000 numéros/)
      .waitFor();
    await dialog(page).getByRole("button", { name: "Retirer la sélection" }).click();
    await bulk(page).getByText("En cours").waitFor();
    await button(page, "Se déconnecter").click();
    const answered = page.waitForResponse(BATCH);
    calls.release();
    await answered;
    await fillSignIn(page, next.phone);
    await expectRows(page, 50);
    expect(await page.locator(".bulk, .selection").count()).to.equal(0);
    expect(calls.count()).to.equal(1);
    expectFailedCallsOnly(opened);
  });
});
