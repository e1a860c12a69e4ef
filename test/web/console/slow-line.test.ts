import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Page } from "playwright-core";
import type { ConsoleFiles } from "../../../src/pages/console-page.js";
import { addEntry } from "../../../src/whitelist/add-entry.js";
import {
  CONSOLE_TEST_TIMEOUT_MS,
  expectFailedCallsOnly,
  expectNoProblems,
  fillSignIn,
  useConsole,
} from "../../support/console.js";
import { until } from "../../support/until.js";

// What doesn't depend on the machine: bytes and round trips. `npm run trials -- console-line` measures the time.

/** Of all that the form to sign in with waits for. */
const MAX_FORM_BYTES = 65_000;
/** Of a page of the whitelist, with notes of usual length. */
const MAX_LIST_BYTES = 8_000;
const ROWS_PER_PAGE = 50;

/** A response that the page has got. */
interface Loaded {
  path: string;
  /** As it was sent. */
  bytes: number;
  decodedBytes: number;
}

const loaded = (page: Page) =>
  page.evaluate<Loaded[]>(`performance.getEntries()
    .filter(({ entryType }) => entryType === "navigation" || entryType === "resource")
    .map(({ name, encodedBodySize: bytes, decodedBodySize: decodedBytes }) =>
      ({ path: new URL(name).pathname, bytes, decodedBytes }))`);

/**
 * Waits until the page has all its files: script, what that imports, texts, style, and the script of the pages. Playwright's own
 * waiting evaluates texts in the page, which its policy refuses.
 */
const everything = (page: Page) =>
  until(() => page.evaluate<boolean>("performance.getEntriesByType('resource').length === 5"));

describe("the console on a slow line, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { service, makeAdministrator, openConsole, signIn } = useConsole();

  it("shows the sign-in form after two round trips and few bytes", async () => {
    const opened = await openConsole();
    const { page } = opened;
    await page.locator("input[type=password]").waitFor();
    // The page names what comes at the same time: script, what it imports, texts and style. The form needs no call. The pages
    // come after it.
    await everything(page);
    const responses = await loaded(page);
    const paths = responses.map(({ path }) => path.replace(/-[A-Z0-9]{8}/, ""));
    const script = "/admin/console.js";
    expect(paths).to.have.members(["/admin/", "/admin/console.css", script, script, script, script]);
    expect(paths.at(-1)).to.equal(script);
    expect(responses.slice(0, -1).reduce((sum, { bytes }) => sum + bytes, 0)).to.be.below(MAX_FORM_BYTES);
    for (const { path, bytes, decodedBytes } of responses) {
      if (path === "/admin/") expect(bytes, path).to.be.below(2_000);
      else expect(bytes, path).to.be.below(0.6 * decodedBytes);
    }
    expectNoProblems(opened);
  });

  it("says that the pages didn't come, and what helps, to who is signed in", async () => {
    const opened = await openConsole();
    const { page } = opened;
    const { phone } = await makeAdministrator();
    // The browser has it already, and asks for nothing: another page does.
    await page.locator("input[type=password]").waitFor();
    const { later } = JSON.parse(readFileSync("dist/console/manifest.json", "utf8")) as ConsoleFiles;
    await page.route(`**/${later[0]}`, (route) => route.abort());
    await page.reload();
    await fillSignIn(page, phone);
    await page.getByText("Connexion impossible").waitFor();
    await page.unroute(`**/${later[0]}`);
    await page.getByRole("button", { name: "Réessayer" }).click();
    await page.locator("header .user").waitFor();
    expectFailedCallsOnly(opened);
  });

  it("shows a page of the whitelist after one call, with few bytes", async () => {
    for (let index = 0; index < ROWS_PER_PAGE + 1; index += 1) {
      const phone = `+2376970000${String(index).padStart(2, "0")}`;
      const notes = `Résidence Les Palmiers, bâtiment ${index}, compteur 2026-${index}`;
      await addEntry(service.context.app, { phone, notes, isActive: true, actor: null });
    }
    const opened = await signIn({ view: "/whitelist/transfer" });
    const { page } = opened;
    await page.locator("h1").waitFor();
    for (const [link, state] of [
      ["Liste blanche", "attached"],
      // The second page has fewer rows.
      ["Page suivante", "detached"],
    ] as const) {
      await page.evaluate("performance.clearResourceTimings()");
      await page.getByRole("link", { name: link, exact: true }).click();
      await page.locator(`tbody tr:nth-child(${ROWS_PER_PAGE})`).waitFor({ state });
      const calls = (await loaded(page)).filter(({ path }) => path !== "/admin/");
      expect(calls.map(({ path }) => path.split("/").at(-1))).to.deep.equal(["ListWhitelistEntries"]);
      expect(calls[0]!.bytes).to.be.below(MAX_LIST_BYTES);
    }
    expectNoProblems(opened);
  });

  it("asks for nothing again that it has", async () => {
    const opened = await openConsole();
    const { page } = opened;
    await everything(page);
    await page.reload();
    await everything(page);
    const transferred = await page.evaluate<number>(
      `performance.getEntriesByType("resource").reduce((sum, { transferSize }) => sum + transferSize, 0)`,
    );
    expect(transferred).to.equal(0);
    expectNoProblems(opened);
  });
});
