import { expect } from "chai";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { launchBrowser } from "../support/browser.js";
import { buildTemporaryProgram } from "../support/built-program.js";
import { fillSignIn } from "../support/console.js";
import { runService } from "../support/running-service.js";
import { generousLimits } from "../support/service.js";
import { activeUser, type TestContext } from "../support/test-context.js";
import { runTrial, SkippedError, type Trial } from "./trial.js";
import { startContext } from "./trial-context.js";

// How long the console of the built program takes on the line of a clerk: `npm run trials -- console-line`, one minute.
// `test/web/console/slow-line.test.ts` holds the bytes and the round trips, on which the time depends.

/** A slow line of a mobile network, as Chromium simulates it: bytes per second, and milliseconds before each response. */
const LINE = {
  offline: false,
  downloadThroughput: 400_000 / 8,
  uploadThroughput: 200_000 / 8,
  latency: 400,
};

const MAX_FORM_MS = 3_000;
const MAX_LIST_MS = 1_500;
const ROUNDS = 5;

/** More than two pages of the list. */
const ENTRIES = 120;
const ROWS_PER_PAGE = 50;

/** One step of a page: `act`, until it shows what it is for. Returns the median time (ms) of all rounds. */
async function medianOf(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await measure());
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

async function openSlowPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  const devTools = await context.newCDPSession(page);
  await devTools.send("Network.enable");
  await devTools.send("Network.emulateNetworkConditions", LINE);
  return page;
}

/** From an empty cache to the form. */
async function timeOfForm(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext();
  const page = await openSlowPage(context);
  const time = await timeOf(async () => {
    await page.goto(address, { waitUntil: "commit" });
    await page.locator("input[type=password]").waitFor();
  });
  await context.close();
  return time;
}

/** From a click to the rows, in a page that is open. */
async function timeOfList(page: Page, click: () => Promise<void>, firstRow: string): Promise<number> {
  return timeOf(async () => {
    await click();
    await page.locator(`tbody tr:nth-child(${ROWS_PER_PAGE})`).waitFor();
    await page.locator("tbody tr:first-child", { hasText: firstRow }).waitFor();
  });
}

const phoneOf = (index: number) => `+23769700${String(index).padStart(4, "0")}`;

async function fillWhitelist({ app }: TestContext): Promise<void> {
  for (let index = 0; index < ENTRIES; index += 1) {
    const notes = `Résidence Les Palmiers, bâtiment ${index}, compteur 2026-${index}`;
    await addEntry(app, { phone: phoneOf(index), notes, isActive: true, actor: null });
  }
}

async function startConsole(trial: Trial): Promise<{ address: string; phone: string }> {
  const { context } = await startContext(trial);
  const { phone } = await activeUser(context);
  const rights = () => ({ isStaff: true, isSuperuser: true });
  await setRights(context.app, { phone, actor: COMMAND_LINE, rights });
  await fillWhitelist(context);
  const program = await buildTemporaryProgram();
  trial.atEnd(() => program.remove());
  const environment = {
    ...generousLimits,
    NODE_ENV: "development",
    DATABASE_URL: context.testDatabase.url,
    DATA_DIR: `${trial.folder}/data`,
  };
  const service = await runService(environment, undefined, program.start);
  trial.atEnd(() => service.stop());
  return { address: `http://127.0.0.1:${service.port}/admin/`, phone };
}

await runTrial("console-line", [], async (trial) => {
  const browser = await launchBrowser();
  if (!browser) throw new SkippedError("Chromium is not installed");
  trial.atEnd(() => browser.close());
  const { address, phone } = await startConsole(trial);

  await trial.step("the sign-in form, with an empty cache", async () => {
    const median = await medianOf(() => timeOfForm(browser, address));
    expect(median).to.be.below(MAX_FORM_MS);
    return `${Math.round(median)} ms`;
  });

  const page = await openSlowPage(await browser.newContext({ locale: "fr-FR" }));
  await page.goto(address);
  await fillSignIn(page, phone);
  await page.locator("header .user").waitFor();
  const show = async (view: string) => {
    await page.evaluate(`location.hash = "#${view}"`);
  };
  for (const [name, view, firstRow] of [
    ["the first page of the whitelist", "/whitelist", phoneOf(ENTRIES - 1)],
    ["the whitelist by number", "/whitelist?orderBy=phone&search=69700", phoneOf(0)],
  ] as const) {
    await trial.step(name, async () => {
      const median = await medianOf(async () => {
        await show("/nothing");
        await page.locator("table").waitFor({ state: "detached" });
        return timeOfList(page, () => show(view), firstRow);
      });
      expect(median).to.be.below(MAX_LIST_MS);
      return `${Math.round(median)} ms`;
    });
  }
});
