import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Download, Page } from "playwright-core";
import { addEntry } from "../../../src/whitelist/add-entry.js";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectFailedCallsOnly,
  expectFocus,
  expectNoBarriers,
  expectNoProblems,
  useConsole,
} from "../../support/console.js";

const VIEW = "/whitelist/transfer";

/** The counts of a report, by their names. */
const counts = (page: Page) =>
  page.evaluate<Record<string, string>>(
    `Object.fromEntries([...document.querySelectorAll(".transfer > section:first-of-type .facts div")].map((pair) => [...pair.children].map((child) => child.textContent)))`,
  );

async function textOf(download: Download): Promise<string> {
  return readFileSync(await download.path(), "utf8");
}

/** Saves what the page saves when `act` is done. */
async function saved(page: Page, act: () => Promise<void>): Promise<Download> {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return download;
}

/** Drops files where the mouse would. Only the browser's own events can carry any. */
const drop = (page: Page, selector: string, names: readonly string[]) =>
  page.evaluate<boolean>(`(() => {
    const data = new DataTransfer();
    for (const name of ${JSON.stringify(names)}) data.items.add(new File(["phone\\n+237690000001\\n"], name));
    const event = (type) => new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
    const target = document.querySelector(${JSON.stringify(selector)});
    target.dispatchEvent(event("dragover"));
    return !target.dispatchEvent(event("drop"));
  })()`);

describe("the import and the export of the console, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { service, signIn } = useConsole();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "waterbill-transfer-"));
  });
  after(() => rm(folder, { recursive: true }));

  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const isListed = async (phone: string) => (await service.context.app.whitelist.find(null, phone)) !== null;

  it("checks a file, saves the refused lines, imports their correction, and shows it all", async () => {
    const opened = await signIn({ view: VIEW });
    const { page } = opened;
    await expectNoBarriers(opened, "transfer");
    await page.setViewportSize({ width: 1280, height: 900 });
    // Windows-1252, blank rows, a quoted line break and a formula: rows are counted as the service does.
    const rows = [
      "Téléphone;Remarque;Actif",
      "",
      '+237690000101;"deux\r\nlignes";oui',
      '=1+1;"a ""b"";c";',
      "+237690000102;;peut-être",
      "+237690000101;encore;",
    ];
    const original = file("liste.csv", Buffer.from(rows.join("\r\n"), "latin1"));
    await page.locator("input[type=file]").focus();
    await page.locator("input[type=file]").setInputFiles(original);
    await page.locator("section:first-of-type .facts").waitFor();
    expect(await counts(page)).to.deep.equal({
      "Lignes lues": "4",
      Ajoutés: "1",
      Réactivés: "0",
      "Déjà dans la liste": "1",
      Refusés: "2",
    });
    expect(await page.locator("tbody tr").first().textContent()).to.match(/^4=1\+1Refusé\S/);
    await expectFocus(page, "Résultat de la vérification");
    expect(await isListed("+237690000101")).to.equal(false);
    await expectNoBarriers(opened, "transfer-report");
    await page.setViewportSize({ width: 1280, height: 900 });

    const download = await saved(page, () => page.getByText("Télécharger les lignes refusées").click());
    expect(download.suggestedFilename()).to.match(/^lignes-refusees-\d{4}-\d\d-\d\d\.csv$/);
    const refused = await textOf(download);
    expect(refused.split("\r\n").map((line) => line.replace(/;[^;]*$/, ""))).to.deep.equal([
      "\ufeffTéléphone;Remarque;Actif",
      `'=1+1;"a ""b"";c";`,
      "'+237690000102;;peut-être",
      "",
    ]);

    await page.getByLabel("Tout ou rien").check();
    await page.getByText("rien ne sera importé").waitFor();
    await page.getByLabel("Tout ou rien").uncheck();
    await page.getByRole("button", { name: "Importer", exact: true }).click();
    await page.getByText("Résultat de l'import").waitFor();
    await page.locator(".announcer", { hasText: "ajoutés ou réactivés : 1" }).waitFor();
    expect(await isListed("+237690000101")).to.equal(true);

    await page.getByText("Choisir un autre fichier").click();
    const corrected = refused.replace("'=1+1", "'+237690000103").replace("peut-être", "non");
    await page.locator("input[type=file]").setInputFiles(file("corrigé.csv", corrected));
    await page.getByRole("button", { name: "Importer", exact: true }).click();
    await page.getByText("Résultat de l'import").waitFor();
    expect((await counts(page)).Ajoutés).to.equal("2");
    expectNoProblems(opened);
  });

  it("says in words what is wrong with a file, or with the line, and goes on from there", async () => {
    const opened = await signIn({ view: VIEW, language: "en-GB" });
    const { page } = opened;
    const input = page.locator("input[type=file]");
    const note = page.locator(".note.error p").first();

    await input.setInputFiles(file("list.xlsx", WORKBOOK));
    expect(await note.textContent()).to.contain("Save it as CSV");
    await page.getByText("Choose another file").click();

    const list = file("list.csv", "phone\n+237690000201\n");
    await page.context().setOffline(true);
    await input.setInputFiles(list);
    expect(await note.textContent()).to.contain("No connection");
    await page.context().setOffline(false);
    await page.getByText("Try again").click();
    await page.getByText("Result of the check").waitFor();

    await page.route("**/import/**", (route) =>
      route.fulfill({ status: 429, headers: { "retry-after": "7" }, body: "slow down" }),
    );
    const importButton = page.getByRole("button", { name: "Import", exact: true });
    await importButton.click();
    await page.getByText("Try again in 7 s").waitFor();
    await page.unroute("**/import/**");

    // What ends a session for the service ends it here: the next call gets another token, and the import goes on.
    await page.route("**/import/**", (route) => route.fulfill({ status: 401, json: unauthenticated }), {
      times: 1,
    });
    await importButton.click();
    await page.getByText("Result of the import").waitFor();
    expect(await isListed("+237690000201")).to.equal(true);

    await page.getByText("Choose another file").click();
    await input.setInputFiles(list);
    await page.getByText("Result of the check").waitFor();
    file("list.csv", "phone\n+237690000202\n+237690000203\n");
    // Browsers compare whole seconds.
    utimesSync(list, 4e9, 4e9);
    await importButton.click();
    await page.getByText("it was changed, moved or deleted").waitFor({ timeout: 3000 });
    await expectNoBarriers(opened, "transfer-error");
    expect(await isListed("+237690000202")).to.equal(false);
    expectFailedCallsOnly(opened);
  });

  it("takes a dropped file in its frame, and never leaves the page for one beside it", async () => {
    const opened = await signIn({ view: VIEW });
    const { page } = opened;
    await page.locator(".drop-zone").waitFor();
    expect(await drop(page, "h1", ["beside.csv"])).to.equal(true);
    expect(await drop(page, ".drop-zone", ["one.csv", "two.csv"])).to.equal(true);
    await page.getByText("Déposez un seul fichier").waitFor();
    expect(await drop(page, ".drop-zone", ["one.csv"])).to.equal(true);
    await page.getByText("Fichier : one.csv").waitFor();
    await page.locator("section:first-of-type .facts").waitFor();
    expectNoProblems(opened);
  });

  it("saves the list with the filters of the address, and can be stopped", async () => {
    const { app } = service.context;
    for (const [phone, notes] of [
      ["+237691000001", "immeuble"],
      ["+237691000002", "=cour; Douala"],
    ] as const) {
      await addEntry(app, { phone, notes, isActive: true, actor: null });
    }
    const opened = await signIn({
      view: `${VIEW}?search=691000&active=true&orderBy=phone&addedAfter=2020-01-01`,
    });
    const { page } = opened;
    await expectNoBarriers(opened, "export");
    await page.setViewportSize({ width: 1280, height: 900 });
    const described = await page.locator(".facts").textContent();
    expect(described).to.contain("691000").and.to.contain("Actifs").and.to.contain("numéro croissant");
    const click = () => page.getByText("Télécharger le fichier CSV").click();
    const download = await saved(page, click);
    expect(download.suggestedFilename()).to.match(/^whitelist-\d{4}-\d\d-\d\d\.csv$/);
    expect(await textOf(download)).to.equal(
      `\ufeffphone;notes;is_active\r\n'+237691000001;immeuble;true\r\n'+237691000002;"'=cour; Douala";true\r\n`,
    );
    await page.getByText("Effacer les filtres").click();
    await page.getByText("Toute la liste blanche est exportée.").waitFor();
    await page.getByLabel("Séparateur").selectOption(",");
    expect(await textOf(await saved(page, click))).to.contain("+237691000001,immeuble,true");

    await page.route("**/ExportWhitelistEntries", () => undefined);
    await click();
    await page.getByText("Export en cours…").waitFor();
    await page.getByRole("button", { name: "Arrêter" }).click();
    await page.getByText("Export en cours…").waitFor({ state: "detached" });
    expectNoProblems(opened);
  });
});

/** It is refused before the browser has sent the whole of it. */
const WORKBOOK = Buffer.concat([Buffer.from("504b0304", "hex"), Buffer.alloc(20_000_000)]);

const unauthenticated = { status: "error", message: "Authentification requise.", data: {} };
