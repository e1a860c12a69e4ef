import { expect } from "chai";
import type { Page } from "playwright-core";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import {
  expectNoBarriers as expectNoBarriersOn,
  NO_PROBLEMS,
  type PageOptions,
  useBrowser,
} from "./browser.js";
import { useTestService } from "./service.js";
import { activeUser, testPassword } from "./test-context.js";

/** A page of the console, in a browser with a new profile. */
export type Opened = Awaited<ReturnType<ReturnType<typeof useBrowser>["open"]>>;

/** The console of a service, in a browser with a new profile. */
export interface OpenConsole extends Opened {
  /** The account that is signed in. */
  administrator: { id: number; phone: string };
}

interface ConsoleOptions extends PageOptions {
  /** What follows the `#` of the address. */
  view?: string;
  role?: "staff" | "superuser";
}

/** Time (ms) for a test in a browser on a busy machine. */
export const CONSOLE_TEST_TIMEOUT_MS = 120_000;

/** A service and a browser for the tests of the describe (or file) that calls this. */
export function useConsole(environment: Record<string, string> = {}) {
  const service = useTestService({ environment });
  const browser = useBrowser();

  /** Opens the console where nobody is signed in. */
  const openConsole = ({ view = "/", ...options }: ConsoleOptions = {}): Promise<Opened> =>
    browser.open(`${service.origin}/admin/#${view}`, options);

  async function makeAdministrator(role: ConsoleOptions["role"] = "superuser") {
    const { phone } = await activeUser(service.context);
    const isSuperuser = role === "superuser";
    const rights = () => ({ isStaff: true, isSuperuser });
    const { id } = await setRights(service.context.app, { phone, actor: COMMAND_LINE, rights });
    return { id, phone };
  }

  return {
    service,
    openConsole,
    makeAdministrator,
    /** Makes an administrator, and signs in through the form. */
    async signIn({ role, ...options }: ConsoleOptions = {}): Promise<OpenConsole> {
      const administrator = await makeAdministrator(role);
      const opened = await openConsole(options);
      await fillSignIn(opened.page, administrator.phone);
      await opened.page.locator("header .user").waitFor();
      return { ...opened, administrator };
    },
  };
}

/** Fills in the form, and sends it. */
export async function fillSignIn(page: Page, phone: string, password = testPassword): Promise<void> {
  await page.locator("input[autocomplete=username]").fill(phone);
  await page.locator("input[type=password]").fill(password);
  await page.locator("input[type=password]").press("Enter");
}

/** Waits until the element with this text has the focus: the console moves it after it has drawn. */
export const expectFocus = (page: Page, text: string): Promise<void> =>
  page
    .locator(":focus")
    .and(page.getByText(text, { exact: true }))
    .waitFor();

/** As of the browser; the screenshots' names begin with `console-`. */
export const expectNoBarriers = (opened: Opened, name: string): Promise<void> =>
  expectNoBarriersOn(opened, `console-${name}`);

/** Nothing ran into the content security policy, failed in a script, or left this service. */
export function expectNoProblems({ problems }: Pick<Opened, "problems">): void {
  expect(problems).to.deep.equal(NO_PROBLEMS);
}

/** As `expectNoProblems`, after calls that the test makes fail: with `status of 4`, or `net::ERR_FAILED`; by default, with either. */
export function expectFailedCallsOnly({ problems }: Pick<Opened, "problems">, cause = ""): void {
  const isMeant = (line: string) => line.startsWith("Failed to load resource") && line.includes(cause);
  const consoleErrors = problems.consoleErrors.filter((line) => !isMeant(line));
  expectNoProblems({ problems: { ...problems, consoleErrors } });
}
