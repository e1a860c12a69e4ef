import { expect } from "chai";
import { createSuperuser } from "../../../src/accounts/create-superuser.js";
import { eraseAccount } from "../../../src/accounts/erase-account.js";
import { setAccountActive } from "../../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../../src/audit/act.js";
import { requestPasswordReset } from "../../../src/auth/reset-password.js";
import { importEntries } from "../../../src/whitelist/import/import-entries.js";
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
import { activeUser, caller, newPhone, testPassword } from "../../support/test-context.js";
import { startPage } from "./start-page.js";

describe("the start page of the console, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { signIn, makeAdministrator, service } = useConsole();

  /** Has an administrator import numbers. */
  async function importPhones(phones: readonly string[], by: string): Promise<void> {
    const { app } = service.context;
    const actor = (await app.users.findByPhone(null, by))!.user;
    async function* lines() {
      yield phones.map((phone, index) => ({ line: index + 1, phone, notes: "", isActive: true }));
    }
    await importEntries(app, { lines: lines(), dryRun: false, allOrNothing: false, report() {}, actor });
  }

  it("has figures with links, no trouble, and the latest changes with who made them", async () => {
    const { app, clock } = service.context;
    const [left, gone] = [await activeUser(service.context), await activeUser(service.context)];
    const { id, phone: by } = await makeAdministrator();
    const imported = [newPhone(), newPhone(), newPhone()];
    clock.advance(1);
    await eraseAccount(app, { phone: gone.phone, reason: "Demande par courrier", actor: COMMAND_LINE });
    clock.advance(1);
    await removeEntry(app, { phone: left.phone, actor: null });
    await importPhones(imported, by);
    clock.advance(1);
    await setAccountActive(app, { phone: left.phone, isActive: false, actor: { kind: "administrator", id } });

    const opened = await signIn({ timeZone: "Africa/Douala" });
    const { page } = opened;
    await startPage(page);
    const text = (await page.locator("main").innerText()).replace(/\s+/g, " ");
    expect(text).to.match(/Aucun problème connu\. \d+ messages envoyés dans la dernière heure\./);
    expect(text).to.match(/\+\d+ Importation de 3 numéros John Doe 1 mars 2026, 13:00/);
    expect(text).to.include(`${left.phone} Retrait Ligne de commande ou compte effacé`);
    expect(text).to.include(`Compte n° ${gone.id}, effacé Effacement Ligne de commande`);
    expect(text).to.include(`John Doe ${left.phone} Désactivation John Doe 1 mars 2026, 13:00`);
    const links = await page.locator("main a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    expect(links.slice(0, 7)).to.deep.equal([
      ...["#/accounts", "#/accounts?state=active", "#/accounts?state=deactivated"],
      ...["#/accounts?state=leaving", "#/whitelist", "#/whitelist?active=true", "#/whitelist?active=false"],
    ]);
    expect(links).to.include.members([
      `#/accounts/${encodeURIComponent(left.phone)}`,
      `#/whitelist?search=${encodeURIComponent(left.phone)}`,
    ]);
    await expectNoBarriers(opened, "overview-fr");
    expectNoProblems(opened);
  });

  it("is asked for the role of who reloads another page, once", async () => {
    const [first, second] = [await activeUser(service.context), await activeUser(service.context)];
    const opened = await signIn({ view: `/accounts/${first.phone}` });
    const { page } = opened;
    const erase = page.getByRole("button", { name: "Effacer le compte" });
    await erase.waitFor();
    let asked = 0;
    page.on("request", (request) => {
      if (request.url().includes("GetOverview")) asked += 1;
    });
    await page.reload();
    await erase.waitFor();
    await page.locator("nav a", { hasText: "Comptes" }).click();
    await page.locator("tbody a", { hasText: second.phone }).click();
    await page.locator("h1:focus", { hasText: second.phone }).waitFor();
    await erase.waitFor();
    expect(asked).to.equal(1);
    expectNoProblems(opened);
  });
});

describe("the start page of the console of a service in trouble, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { openConsole, service } = useConsole({ ...generousLimits, SMS_PAUSED: "true", REDIS_URL: "" });

  it("tells every trouble in words, and keeps the old data when a reload fails", async () => {
    const { app, outbox } = service.context;
    const phone = newPhone();
    const name = { firstName: "John", lastName: "Doe" };
    await createSuperuser(app, { phone, ...name, password: testPassword, actor: COMMAND_LINE });
    // Before the messages were paused, the provider refused one.
    const before = { ...app, smsBudget: { ...app.smsBudget, isPaused: false } };
    outbox.failing = true;
    requestPasswordReset(before, { ...caller, phone });
    await service.context.settle();

    const opened = await openConsole({ language: "en-GB" });
    const { page } = opened;
    await fillSignIn(page, phone);
    await startPage(page);
    expect(await page.locator(".note.error li").allTextContents()).to.deep.equal([
      "Messages are paused (SMS_PAUSED): no code and no confirmation leaves, and nobody can register or reset a password.",
      "In the last hour, the SMS provider did not accept 1 message.",
      "Redis is not configured or does not respond: each process counts the rate limits on its own.",
    ]);
    await page.getByText("0 messages sent in the last hour.").waitFor();
    // Of the whitelist.
    expect(await page.getByText("No changes.").count()).to.equal(1);
    await expectNoBarriers(opened, "overview-trouble");

    await page.context().setOffline(true);
    await page.getByRole("button", { name: "Reload" }).click();
    await page.getByText("No connection.").waitFor();
    expect(await page.locator("dd").first().textContent()).to.equal("1");
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("No connection.").waitFor({ state: "detached" });
    expectFailedCallsOnly(opened, "net::ERR_INTERNET_DISCONNECTED");
  });
});
