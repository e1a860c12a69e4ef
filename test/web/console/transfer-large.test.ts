import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { CONSOLE_TEST_TIMEOUT_MS, expectNoProblems, useConsole } from "../../support/console.js";
import { listedPhone } from "./whitelist-page.js";

const LINES = 10_000;

/** Every so many lines one is refused: too short, with letters, of an unknown state, without a number, in turn. */
const LINES_PER_BAD = 100;

const BAD_ROWS = [
  (n: number) => `${n};trop court;oui`,
  (n: number) => `+2376ABC${n};"des ""lettres""; et un point-virgule";oui`,
  (n: number) => `${listedPhone(n)};état inconnu;peut-être`,
  (n: number) => `;sans numéro ${n};`,
] as const;

const isBad = (n: number) => n % LINES_PER_BAD === 0;
const numbers = Array.from({ length: LINES }, (_, index) => index + 1);
const rowOf = (n: number) =>
  isBad(n) ? BAD_ROWS[(n / LINES_PER_BAD) % BAD_ROWS.length]!(n) : `${listedPhone(n)};Bâtiment É ${n};oui`;

/** As a French spreadsheet saves it: Windows-1252, semicolons, CR LF. */
const file = Buffer.from(["Téléphone;Remarque;Actif", ...numbers.map(rowOf), ""].join("\r\n"), "latin1");

async function saved(page: Page, button: string): Promise<string[]> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: button, exact: true }).click();
  const text = readFileSync(await (await download).path(), "utf8");
  return text.replace(/^\ufeff/, "").split("\r\n");
}

/** What the page says of an import, by the names of the counts. */
const counts = (page: Page) =>
  page.evaluate<Record<string, string>>(
    `Object.fromEntries([...document.querySelectorAll(".facts div")].map(({ children }) =>
      [children[0].textContent, children[1].textContent.replace(/\\s/g, "")]))`,
  );

describe("an import of ten thousand lines in the console", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { signIn } = useConsole();

  it("gives every refused row back with its reason, and an export has all the others", async () => {
    const opened = await signIn({ view: "/whitelist/transfer" });
    const { page } = opened;
    const list = { name: "liste.csv", mimeType: "text/csv", buffer: file };
    await page.locator("input[type=file]").setInputFiles(list);
    await page.getByRole("heading", { name: "Résultat de la vérification" }).waitFor();
    await page.getByRole("button", { name: "Importer", exact: true }).click();
    await page.getByRole("heading", { name: "Résultat de l'import" }).waitFor();
    expect(await counts(page)).to.deep.equal({
      "Lignes lues": "10000",
      Ajoutés: "9900",
      Réactivés: "0",
      "Déjà dans la liste": "0",
      Refusés: "100",
    });

    const [header, ...refused] = await saved(page, "Télécharger les lignes refusées");
    expect(header).to.equal("Téléphone;Remarque;Actif;Motif du refus");
    expect(refused.pop()).to.equal("");
    // The apostrophe keeps spreadsheets from executing the number.
    const withoutReason = refused.map((row) => row.replace(/;[^;]*$/, "").replace(/^'/, ""));
    expect(withoutReason).to.deep.equal(numbers.filter(isBad).map(rowOf));
    const reasons = new Set(refused.map((row) => row.slice(row.lastIndexOf(";") + 1)));
    expect(reasons.size).to.equal(BAD_ROWS.length);
    expect(reasons).not.to.include("");

    const [, ...exported] = await saved(page, "Télécharger le fichier CSV");
    const good = numbers.filter((n) => !isBad(n));
    expect(new Set(exported)).to.include.all.keys(good.map((n) => `'${listedPhone(n)};Bâtiment É ${n};true`));
    expectNoProblems(opened);
  });
});
