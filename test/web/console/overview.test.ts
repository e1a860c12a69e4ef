import { expect } from "chai";
import { AccountRole } from "#gen/waterbill/identity/v1/account_service_pb.js";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectNoBarriers,
  expectNoProblems,
  fillSignIn,
  useConsole,
} from "../../support/console.js";
import { cutOverview, OVERVIEW, type Overview, stubOverview } from "./stubs.js";

describe("the start page of the console, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { openConsole, makeAdministrator } = useConsole();

  async function open(language: string, overview: Overview = OVERVIEW) {
    const opened = await openConsole({ language, timeZone: "Africa/Douala" });
    await stubOverview(opened.page, overview);
    const { phone } = await makeAdministrator();
    await fillSignIn(opened.page, phone);
    await opened.page.locator("dl").first().waitFor();
    return opened;
  }

  it("has figures with links, no trouble, and the latest changes with who made them", async () => {
    const opened = await open("fr-FR");
    const { page } = opened;
    const text = (await page.locator("main").innerText()).replace(/\s+/g, " ");
    expect(text).to.include("Aucun problème connu. 42 codes envoyés dans la dernière heure.");
    expect(text).to.include("Importation de 200 numéros");
    expect(text).to.include("Compte n° 13, effacé Effacé Ligne de commande");
    expect(text).to.match(/Awa Mbarga \+237670000012 Désactivation Marie Essomba 27 nov\. 2026, 09:15/);
    const links = await page.locator("main a").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    expect(links).to.deep.equal([
      ...[
        "#/accounts",
        "#/accounts?state=active",
        "#/accounts?state=deactivated",
        "#/accounts?state=leaving",
      ],
      ...["#/whitelist", "#/whitelist?active=true", "#/whitelist?active=false"],
      "#/accounts/%2B237670000012",
      ...["#/whitelist?search=%2B237670000200", "#/whitelist?search=%2B237670000014"],
    ]);
    await expectNoBarriers(opened, "overview-fr");
    expectNoProblems(opened);
  });

  it("tells every trouble in words, and keeps the old data when a reload fails", async () => {
    const trouble = { isSmsPaused: true, failedSmsLastHour: 1, areLimitsInMemory: true };
    const opened = await open("en-GB", { ...OVERVIEW, ...trouble, accountChanges: [], whitelistChanges: [] });
    const { page, problems } = opened;
    expect(await page.locator(".note.error li").allTextContents()).to.deep.equal([
      "Messages are paused (SMS_PAUSED): no code and no confirmation leaves, and nobody can register or reset a password.",
      "In the last hour, the SMS provider did not accept 1 message.",
      "Redis is not configured or does not respond: each process counts the rate limits on its own.",
    ]);
    await expectNoBarriers(opened, "overview-trouble");

    await cutOverview(page);
    await page.getByRole("button", { name: "Reload" }).click();
    await page.getByText("No connection.").waitFor();
    expect(await page.locator("dd").first().textContent()).to.equal("12,408");
    await stubOverview(page);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("No connection.").waitFor({ state: "detached" });
    problems.consoleErrors = problems.consoleErrors.filter(
      (line) => !line.startsWith("Failed to load resource"),
    );
    expectNoProblems(opened);
  });

  it("is asked for the role of who reloads another page, once", async () => {
    const opened = await openConsole({ view: "/accounts/+237670000012" });
    const { page } = opened;
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("GetOverview")) asked.push(request.method());
    });
    await stubOverview(page);
    const { phone } = await makeAdministrator();
    await fillSignIn(page, phone);
    await page.locator("h1", { hasText: "+237670000012" }).waitFor();
    await page.locator("nav a", { hasText: "Comptes" }).click();
    await page.locator("h1:focus", { hasText: "Comptes" }).waitFor();
    expect(asked).to.deep.equal(["POST"]);
    expectNoProblems(opened);
  });

  it("says of a new service that nothing has changed", async () => {
    const opened = await open("fr-FR", { role: AccountRole.STAFF });
    expect(await opened.page.locator("dd").allTextContents()).to.deep.equal(Array(8).fill("0"));
    expect(await opened.page.getByText("Aucune modification.").count()).to.equal(2);
    expectNoProblems(opened);
  });
});
