import { describeError } from "../../system/describe-error.js";
import { withTimeout } from "../../system/timeout.js";
import { type Check, type Finding, problem } from "./finding.js";

/** Time (ms) for each check, all of which run at the same time. */
const CHECK_TIMEOUT_MS = 8000;

/** Runs all checks and yields what each has found, in their order. A check that fails or hangs hides no other. */
export async function* runChecks(
  checks: readonly Check[],
  timeoutMs = CHECK_TIMEOUT_MS,
): AsyncGenerator<Finding & { check: string }> {
  const running = checks.map(async ({ name, run }) => {
    const finding = await withTimeout(timeoutMs, run()).catch((error: unknown) => problem(failureOf(error)));
    return { check: name, ...finding };
  });
  for (const finding of running) yield await finding;
}

/** What may be printed of an error: our own messages, else its class and code. */
export function failureOf(error: unknown): string {
  const { type, code, message } = describeError(error);
  return message ?? (code === undefined ? type : `${type} ${code}`);
}
