import { expect } from "chai";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectFailedCallsOnly,
  expectNoProblems,
  useConsole,
} from "../../support/console.js";
import { expectRows, fillWhitelist, listedPhone } from "./whitelist-page.js";

const ROWS = 51;

describe("a day's work in the console", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { service, signIn } = useConsole();

  before(() => fillWhitelist(service.context, ROWS));

  it("moves no row below the mouse when it says what was done, in sight of who is far below", async () => {
    const opened = await signIn({ view: "/whitelist?orderBy=phone" });
    const { page } = opened;
    await expectRows(page, 50);
    const rowTop = () => page.evaluate<number>("document.querySelector('tbody tr').offsetTop");
    const before = await rowTop();
    const left = (act: string) =>
      page
        .getByRole("button", { name: `${act} : ${listedPhone(49)}` })
        .boundingBox()
        .then((box) => box!.x);
    const beside = await left("Retirer");
    await page.getByRole("button", { name: `Désactiver : ${listedPhone(49)}` }).click();
    const said = page.locator(".announcer", { hasText: `${listedPhone(49)} est inactif.` });
    await said.waitFor();
    expect(await rowTop()).to.equal(before);
    await page.getByRole("button", { name: `Activer : ${listedPhone(49)}` }).waitFor();
    expect(await left("Retirer")).to.equal(beside);
    const { y } = (await said.boundingBox())!;
    expect(y).to.be.within(0, 900);

    await page.getByRole("link", { name: "Comptes", exact: true }).click();
    await page.getByRole("heading", { name: "Comptes" }).waitFor();
    expect(await page.locator(".announcer").textContent()).to.equal("");
    expectNoProblems(opened);
  });

  it("doesn't praise the number before beside what is wrong with the next one", async () => {
    const opened = await signIn({ view: "/whitelist", language: "en-GB" });
    const { page } = opened;
    await page.getByRole("button", { name: "Add a number" }).click();
    const dialog = page.locator("dialog");
    const add = async (phone: string) => {
      await page.keyboard.insertText(phone);
      await page.keyboard.press("Enter");
    };
    await add("+237655000001");
    await dialog.locator(".good", { hasText: "+237655000001" }).waitFor();
    await dialog.locator("input[type=tel]:focus").waitFor();
    await add("12");
    await dialog.locator(".problem", { hasText: "15" }).waitFor();
    expect(await dialog.locator(".good").textContent()).to.equal("");
    expect(await dialog.locator("input[type=tel]").inputValue()).to.equal("12");
    expectFailedCallsOnly(opened);
  });

  it("prints the list as a table, with the names of its columns, and nothing that is to be clicked", async () => {
    const opened = await signIn({ view: "/whitelist" });
    const { page } = opened;
    await expectRows(page, 50);
    // An A4 page, less its margins.
    await page.setViewportSize({ width: 718, height: 1000 });
    await page.emulateMedia({ media: "print" });
    expect((await page.locator("thead").innerText()).split(/\s*\t\s*|\n/).filter(Boolean)).to.deep.equal([
      "Numéro",
      "État",
      "Notes",
      "Ajouté par",
      "Ajouté le ▼",
    ]);
    for (const name of ["form", "tbody button", "tbody input", "header"]) {
      expect(await page.locator(name).first().isVisible(), name).to.equal(false);
    }
    const display = await page.evaluate("getComputedStyle(document.querySelector('tbody tr')).display");
    expect(display).to.equal("table-row");
    await opened.screenshot("console-whitelist-print");
    expectNoProblems(opened);
  });

  it("takes the number of an account to be erased in any spelling", async () => {
    const opened = await signIn({ view: "/accounts" });
    const { page, administrator } = opened;
    await page.locator("tbody a", { hasText: administrator.phone }).click();
    await page.getByRole("button", { name: "Effacer le compte" }).click();
    const fields = page.locator("dialog input");
    await fields.nth(0).fill("essai");
    await fields.nth(1).fill(administrator.phone.replace(/(\d{3})(\d{3})(\d{3})$/, " $1-$2.$3"));
    await page.route("**/EraseAccount", (route) => route.abort());
    const sent = page.waitForRequest("**/EraseAccount");
    await page.locator("dialog").getByRole("button", { name: "Effacer le compte" }).click();
    await sent;
    await page.locator("dialog").getByText("Connexion impossible").waitFor();
    expect(await fields.nth(0).inputValue()).to.equal("essai");
    expectFailedCallsOnly(opened);
  });
});
