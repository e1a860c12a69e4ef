import { expect } from "chai";
import type { Page } from "playwright-core";
import { addEntry } from "../../../src/whitelist/add-entry.js";
import { CONSOLE_TEST_TIMEOUT_MS, expectNoProblems, useConsole } from "../../support/console.js";

// What doesn't depend on the machine: bytes and round trips. `npm run trials -- console-line` measures the time.

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

describe("the console on a slow line, in a browser", function () {
  this.timeout(CONSOLE_TEST_TIMEOUT_MS);
  const { service, openConsole, signIn } = useConsole();

  it("shows the sign-in form after two round trips and few bytes", async () => {
    const opened = await openConsole();
    const { page } = opened;
    await page.locator("input[type=password]").waitFor();
    const responses = await loaded(page);
    // The page names what comes at the same time: script, texts and style. The form needs no call.
    expect(responses.map(({ path }) => path.replace(/-[A-Z0-9]{8}/, ""))).to.have.members([
      "/admin/",
      "/admin/console.css",
      "/admin/console.js",
      "/admin/console.js",
    ]);
    for (const { path, bytes, decodedBytes } of responses) {
      if (path === "/admin/") expect(bytes, path).to.be.below(2_000);
      else expect(bytes, path).to.be.below(0.6 * decodedBytes);
    }
    expectNoProblems(opened);
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
    await page.reload();
    await page.locator("input[type=password]").waitFor();
    const transferred = await page.evaluate<number>(
      `performance.getEntriesByType("resource").reduce((sum, { transferSize }) => sum + transferSize, 0)`,
    );
    expect(transferred).to.equal(0);
    expectNoProblems(opened);
  });
});
