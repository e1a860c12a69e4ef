import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect } from "chai";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumProgram, findFolder } from "./programs.js";

/** What a page of the service must not do, in the order in which it happened. */
export interface PageProblems {
  /** Errors on the console, and those that no code of the page caught. */
  consoleErrors: string[];
  /** What the content security policy refused. */
  policyViolations: string[];
  /** Requests to another origin than the page's, whether or not the policy let them through. */
  foreignRequests: string[];
}

export const NO_PROBLEMS: PageProblems = { consoleErrors: [], policyViolations: [], foreignRequests: [] };

/** A page in a new profile of the browser. */
interface OpenPage {
  page: Page;
  problems: PageProblems;
  /** Writes what the page shows to a file in `SCREENSHOT_FOLDER`. */
  screenshot(name: string): Promise<void>;
  /** What axe finds against the accessibility of what the page shows: rules, each with the elements that break it. */
  findBarriers(): Promise<string[]>;
}

export interface PageOptions {
  /** The size of the window in CSS pixels. */
  width?: number;
  height?: number;
  /** What the browser asks for. */
  language?: string;
  /** Where the device is, like Africa/Douala. */
  timeZone?: string;
  /** What the clock of the device says at first. `page.clock` moves it then. */
  time?: Date;
}

interface TestBrowser {
  /** Opens an address. The page is closed after the test. */
  open(address: string, options?: PageOptions): Promise<OpenPage>;
}

/** Kept after the tests, to be looked at; the next run writes the same files. */
const SCREENSHOT_FOLDER = join(tmpdir(), "waterbill-screenshots");

/** For one step of a page, on a busy machine. */
const STEP_TIMEOUT_MS = 30_000;

/** Names that browsers resolve without a name server. Nothing else is reached. */
const RESOLVER_RULES = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost";

/** A Chromium that reaches this machine only; undefined where there is none and none can be installed. */
export async function launchBrowser(): Promise<Browser | undefined> {
  const folder = findFolder(chromiumProgram);
  if (!folder) return undefined;
  return chromium.launch({
    executablePath: join(folder, "chromium"),
    // Chromium doesn't run as root in its sandbox.
    chromiumSandbox: process.getuid?.() !== 0,
    timeout: STEP_TIMEOUT_MS,
    args: [`--host-resolver-rules=${RESOLVER_RULES}`],
  });
}

/**
 * A Chromium for the tests of the describe (or file) that calls this. They are skipped, with a line that says so, where
 * there is none and none can be installed.
 */
export function useBrowser(): TestBrowser {
  let browser: Browser | undefined;
  let opened: BrowserContext[] = [];

  before(async function () {
    // It may have to be installed.
    this.timeout(0);
    browser = await launchBrowser();
    if (!browser) {
      console.log("SKIPPED: the tests in a browser need Chromium: install the package chromium.");
      return this.skip();
    }
  });
  afterEach(async () => {
    await Promise.all(opened.map((context) => context.close()));
    opened = [];
  });
  after(() => browser?.close());

  return {
    async open(address, { width = 1280, height = 900, language = "fr-FR", timeZone, time } = {}) {
      const context = await browser!.newContext({
        viewport: { width, height },
        locale: language,
        ...(timeZone && { timezoneId: timeZone }),
      });
      opened.push(context);
      context.setDefaultTimeout(STEP_TIMEOUT_MS);
      if (time) await context.clock.install({ time });
      const page = await context.newPage();
      const problems = await watch(page, new URL(address).origin);
      await page.goto(address);
      return {
        page,
        problems,
        async screenshot(name) {
          mkdirSync(SCREENSHOT_FOLDER, { recursive: true });
          await page.screenshot({ path: join(SCREENSHOT_FOLDER, `${name}.png`) });
        },
        async findBarriers() {
          const { violations } = await new AxeBuilder({ page }).analyze();
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`);
        },
      };
    },
  };
}

/** How many pixels the content is wider than the window. */
export const overflow = (page: Page) =>
  page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

/** Looks at what is shown on a wide screen in the dark and on a narrow one in the light: axe finds nothing, and it fits. */
export async function expectNoBarriers(
  { page, screenshot, findBarriers }: OpenPage,
  name: string,
): Promise<void> {
  for (const [width, colorScheme] of [
    [1280, "dark"],
    [320, "light"],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    expect(await findBarriers(), `${name} ${colorScheme}`).to.deep.equal([]);
    expect(await overflow(page), `${name} ${width}`).to.equal(0);
    await screenshot(`${name}-${width}`);
  }
}

/** Runs in every page before its own scripts. */
const REPORT_VIOLATIONS = `addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile }) =>
  reportPolicyViolation(effectiveDirective + " refused " + blockedURI + " in " + sourceFile));`;

async function watch(page: Page, origin: string): Promise<PageProblems> {
  const problems: PageProblems = { consoleErrors: [], policyViolations: [], foreignRequests: [] };
  page.on("console", (message) => {
    if (message.type() === "error") problems.consoleErrors.push(message.text());
  });
  page.on("pageerror", (error) => problems.consoleErrors.push(String(error)));
  page.context().on("request", (request) => {
    const { protocol, href } = new URL(request.url());
    const isInside = ["data:", "blob:", "about:"].includes(protocol) || new URL(href).origin === origin;
    if (!isInside) problems.foreignRequests.push(`${request.method()} ${href}`);
  });
  await page.exposeFunction("reportPolicyViolation", (violation: string) =>
    problems.policyViolations.push(violation),
  );
  await page.addInitScript(REPORT_VIOLATIONS);
  return problems;
}
