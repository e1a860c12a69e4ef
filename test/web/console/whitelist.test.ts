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
import { newPhone } from "../../support/test-context.js";
import { expectRows, fillWhitelist, listedPhone } from "./whitelist-page.js";

const LIST = "**/*WhitelistService/ListWhitelistEntries";

describe("the whitelist in the console", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { service, signIn } = useConsole(generousLimits);

  before(() => fillWhitelist(service.context, 100_000));

  const search = (page: Page) => page.locator("input[type=search]");
  const button = (page: Page, name: string) => page.getByRole("button", { name });
  const phoneField = (page: Page) => page.locator("dialog input[type=tel]");
  const dialog = (page: Page) => page.locator("dialog");

  const runSql = (sql: string) => {
    const { database } = service.context.infrastructure;
    return database.transaction((tx) => database.execute(tx, sql));
  };
  /** As somebody who has forgotten to sign out elsewhere. */
  const endSessions = (userId: number) =>
    runSql(`UPDATE sessions SET revoked_at = now() WHERE user_id = ${userId}`);

  it("finds one number among a hundred thousand, with few calls while it is typed", async () => {
    const opened = await signIn({ view: "/whitelist" });
    const { page } = opened;
    await expectRows(page, 50);
    let calls = 0;
    page.on("request", (request) => {
      if (request.url().includes("ListWhitelistEntries")) calls += 1;
    });
    const steps = await page.evaluate<number>("history.length");
    await search(page).pressSequentially("600 077 777", { delay: 20 });
    await expectRows(page, 1);
    expect(await page.locator("tbody th").textContent()).to.equal(listedPhone(77_777));
    await expectNoBarriers(opened, "whitelist-fr");
    expect(calls).to.be.lessThan(5);
    expect(await page.evaluate<number>("history.length")).to.equal(steps);
    expectNoProblems(opened);
  });

  it("keeps filters, order and page in the address: after a reload, back and forward", async () => {
    const opened = await signIn({
      view: "/whitelist?active=false&search=immeuble",
      timeZone: "Africa/Douala",
    });
    const { page } = opened;
    await page.getByLabel("Ajouté à partir du").fill("2026-01-02");
    await page.locator("thead a", { hasText: "Numéro" }).click();
    // 30 hours and 1 second before the second of January begins in Douala: its first inactive entry with notes.
    const first = page.locator("tbody th", { hasText: listedPhone(82_800) }).first();
    await first.waitFor();
    expect(await page.locator("th[aria-sort=ascending]").textContent()).to.include("Numéro");
    await page.getByRole("link", { name: "Page suivante" }).click();
    await page.locator("caption", { hasText: "Page 2" }).waitFor();
    await page.locator("caption:focus").waitFor();
    const second = await page.locator("tbody th").first().textContent();
    await page.reload();
    await page.locator("tbody th", { hasText: second! }).waitFor();
    expect(await page.getByLabel("Ajouté à partir du").inputValue()).to.equal("2026-01-02");
    await page.goBack();
    await first.waitFor();
    await page.goForward();
    await page.locator("tbody th", { hasText: second! }).waitFor();
    const transfer = await page.getByRole("link", { name: "Importer" }).getAttribute("href");
    expect(transfer).to.equal(
      "#/whitelist/transfer?search=immeuble&active=false&addedAfter=2026-01-02&orderBy=phone",
    );
    // Somebody edits the address: the token is that of another list.
    const address = page.url().replace("active=false", "active=true");
    await page.evaluate(`location.href = ${JSON.stringify(address)}`);
    await page.getByText("Voici la première").waitFor();
    await button(page, "Effacer les filtres").click();
    await page.locator("tbody th", { hasText: listedPhone(1) }).waitFor();
    expect(await search(page).inputValue()).to.equal("");
    expectFailedCallsOnly(opened);
  });

  it("adds a number, without losing what was typed with an error or without a network", async () => {
    const opened = await signIn({ view: "/whitelist" });
    const { page } = opened;
    await button(page, "Ajouter un numéro").click();
    const phone = newPhone();
    await phoneField(page).fill(listedPhone(5));
    await dialog(page).getByLabel("Notes").fill("Immeuble C\nporte 1");
    await page.keyboard.press("Tab");
    await button(page, "Ajouter").last().click();
    await dialog(page).getByText("déjà dans la liste blanche").waitFor();
    await page.locator("dialog input:focus").waitFor();
    await expectNoBarriers(opened, "whitelist-add-fr");
    await page.context().setOffline(true);
    await phoneField(page).fill(phone);
    await page.keyboard.press("Enter");
    await dialog(page).getByText("Connexion impossible").waitFor();
    await page.context().setOffline(false);
    await page.keyboard.press("Enter");
    await dialog(page).getByText(`${phone} est dans la liste blanche`).waitFor();
    // The form is empty, for the next number.
    expect(await phoneField(page).inputValue()).to.equal("");
    await page.keyboard.press("Escape");
    await page.locator("tbody tr", { hasText: phone }).getByText("porte 1").waitFor();
    expectFailedCallsOnly(opened);
  });

  it("edits notes, deactivates, and says what somebody else has removed", async () => {
    const opened = await signIn({ view: `/whitelist?search=${listedPhone(30)}`, language: "en-GB" });
    const { page } = opened;
    await page.getByRole("button", { name: `Edit notes: ${listedPhone(30)}` }).click();
    await dialog(page)
      .getByLabel("Notes")
      .fill(`Building D\n${"long ".repeat(40)}`);
    await expectNoBarriers(opened, "whitelist-notes-en");
    await button(page, "Save").click();
    await page.getByRole("status").getByText("are saved").waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await button(page, `Deactivate: ${listedPhone(30)}`).click();
    await page.locator("tbody").getByText("Inactive", { exact: true }).waitFor();
    await button(page, `Edit notes: ${listedPhone(30)}`).click();
    await removeEntry(service.context.app, { phone: listedPhone(30), actor: null });
    await button(page, "Save").click();
    await dialog(page).getByText("Somebody else has removed").waitFor();
    expect(await dialog(page).getByLabel("Notes").inputValue()).to.include("Building D");
    await button(page, "Cancel").click();
    await page.getByText("is not on the whitelist").waitFor();
    await runSql(`INSERT INTO whitelist_history (phone, action, actor_phone, happened_at, is_active, notes_after, import_id)
      VALUES ('${listedPhone(30)}', 'add', '', '2025-01-01', true, '', 'abcdef01-0000-4000-8000-000000000000')`);
    await page.getByRole("link", { name: "History" }).click();
    await page.locator("tbody tr", { hasText: "Deactivated" }).waitFor();
    await page.locator("tbody tr", { hasText: "Notes changed" }).waitFor();
    await page.locator("tbody tr", { hasText: "Added (import abcdef01)" }).waitFor();
    await page.locator("h1:focus").waitFor();
    await expectNoBarriers(opened, "whitelist-history-en");
    expectFailedCallsOnly(opened);
  });

  it("removes a number by keyboard alone, and keeps the focus on the page", async () => {
    const phone = listedPhone(45);
    const opened = await signIn({ view: `/whitelist?search=${phone}` });
    const { page } = opened;
    await button(page, `Retirer : ${phone}`).focus();
    await page.keyboard.press("Enter");
    await dialog(page).getByText("ce compte n'est pas touché").waitFor();
    await expectNoBarriers(opened, "whitelist-remove-fr");
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    // The focus is back where it was, at once.
    await page.keyboard.press("Enter");
    await dialog(page).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("est retiré").waitFor();
    await page.locator("caption:focus").waitFor();
    expect(await service.context.app.whitelist.find(null, phone)).to.equal(null);
    expectNoProblems(opened);
  });

  it("tries again by itself after a limit, and on demand after a fault", async () => {
    const opened = await signIn({ view: "/whitelist" });
    const { page } = opened;
    await expectRows(page, 50);
    const limited = (seconds: number) => ({
      status: 429,
      headers: { "retry-after": String(seconds) },
      contentType: "application/json",
      body: JSON.stringify({
        code: "resource_exhausted",
        message: "Trop de requêtes.",
        details: [
          {
            type: "google.rpc.ErrorInfo",
            // RATE_LIMITED, identity.waterbill
            value: "CgxSQVRFX0xJTUlURUQSEmlkZW50aXR5LndhdGVyYmlsbA",
          },
        ],
      }),
    });
    await page.route(LIST, (route) => route.fulfill(limited(1)), { times: 1 });
    await search(page).fill(listedPhone(46));
    await page.getByText("Nouvel essai automatique").waitFor();
    await expectRows(page, 1);
    await page.route(LIST, (route) => route.fulfill({ status: 503, body: "" }), { times: 1 });
    await search(page).fill(listedPhone(47));
    await page.getByText("momentanément indisponible").waitFor();
    await expectRows(page, 1);
    await button(page, "Réessayer").click();
    await page.locator("tbody th", { hasText: listedPhone(47) }).waitFor();
    expectFailedCallsOnly(opened);
  });

  it("keeps a dialog with what was typed while the user signs in again", async () => {
    const opened = await signIn({ view: "/whitelist" });
    const { page, administrator } = opened;
    await expectRows(page, 50);
    await button(page, "Ajouter un numéro").click();
    const phone = newPhone();
    await phoneField(page).fill(phone);
    await endSessions(administrator.id);
    await page.keyboard.press("Enter");
    await fillSignIn(page, administrator.phone);
    await dialog(page).locator("input:focus").waitFor();
    expect(await phoneField(page).inputValue()).to.equal(phone);
    await button(page, "Ajouter").last().click();
    await dialog(page).getByText(`${phone} est dans la liste blanche`).waitFor();
    expectFailedCallsOnly(opened);
  });
});
