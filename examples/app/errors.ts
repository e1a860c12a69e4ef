import { setTimeout as sleep } from "node:timers/promises";
import { IdentityError, type IdentityErrorReason } from "../../clients/typescript/src/index.js";

const MAX_ATTEMPTS = 4;
/** The longest wait that is not worth a message. Beyond it, people should hear that they have to wait. */
const MAX_WAIT_SECONDS = 10;

export function printError({ reason, message, fields, retryAfterSeconds, challenge }: IdentityError): void {
  console.log(`Refused: ${reason}: ${message}`);
  for (const [field, problem] of Object.entries(fields)) console.log(`  ${field}: ${problem}`);
  if (retryAfterSeconds !== undefined) console.log(`  Try again in ${retryAfterSeconds} s.`);
  if (challenge) console.log(`  ${challenge.attemptsLeft} attempts left.`);
}

/** Runs `work`, and prints the error if it is refused for `reason`. */
export async function showRefusal(reason: IdentityErrorReason, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof IdentityError) || error.reason !== reason) throw error;
    printError(error);
  }
}

/** How long to wait (ms) before a call is sent again; undefined if that is no use. */
function retryDelay(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof IdentityError) || !error.isTransient || attempt === MAX_ATTEMPTS) return undefined;
  const { retryAfterSeconds } = error;
  // Twice as long each time. Chance keeps apps apart that failed together.
  if (retryAfterSeconds === undefined) return 250 * 2 ** attempt * (0.75 + Math.random() / 2);
  return retryAfterSeconds <= MAX_WAIT_SECONDS ? retryAfterSeconds * 1000 : undefined;
}

/**
 * Makes a call, and makes it again if it may succeed in a moment. After a lost response the first call may have been carried
 * out: that does no harm here.
 */
export async function withRetries<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const delay = retryDelay(error, attempt);
      if (delay === undefined) throw error;
      await sleep(delay);
    }
  }
}
