import type { PageProblems } from "./browser.js";
import { expectNoProblems } from "./console.js";

/** What the browser itself writes for a call that the service refuses. */
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** `expectNoProblems`, after a walk with calls that the service refuses on purpose. */
export function expectRefusalsOnly(opened: Parameters<typeof expectNoProblems>[0]): void {
  const { problems } = opened;
  const consoleErrors = problems.consoleErrors.filter((line) => !REFUSED.test(line));
  const others: PageProblems = { ...problems, consoleErrors };
  expectNoProblems({ ...opened, problems: others });
}
