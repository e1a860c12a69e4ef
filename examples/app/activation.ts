import { createInterface } from "node:readline";
import {
  type CodeChallenge,
  type IdentityClient,
  IdentityError,
} from "../../clients/typescript/src/index.js";
import { printError, withRetries } from "./errors.js";

/** Errors that leave the person on the screen with the code: another code, or the next one, may be right. */
const STAYS: ReadonlySet<string> = new Set(["CODE_INCORRECT", "CODE_EXPIRED", "CODE_LOCKED", "RATE_LIMITED"]);

/** Shows how long to wait for another code. An app redraws each second; this prints only what changes. */
function showCountdown(challenge: CodeChallenge): () => void {
  let shown: boolean | undefined;
  return challenge.watch(({ secondsUntilExpiry, secondsUntilResend, canResend }) => {
    if (canResend === shown) return;
    shown = canResend;
    if (canResend) console.log("Another code can be sent: enter nothing.");
    else console.log(`The code works for ${secondsUntilExpiry} s. Another one: in ${secondsUntilResend} s.`);
  });
}

/** Sends the code, or has another one sent if it is empty. Resolves with the challenge that counts now; null: activated. */
async function submit(identity: IdentityClient, phone: string, code: string): Promise<CodeChallenge | null> {
  if (code === "") {
    const challenge = await withRetries(() => identity.resendCode({ phone }));
    console.log("Another code was sent.");
    return challenge;
  }
  const user = await withRetries(() => identity.activate({ phone, code }));
  console.log(`Activated: ${user.fullName}`);
  return null;
}

/** Asks for codes until one is right. */
export async function activate(identity: IdentityClient, phone: string, first: CodeChallenge): Promise<void> {
  const input = createInterface({ input: process.stdin });
  let challenge: CodeChallenge | null = first;
  let stop = showCountdown(first);
  try {
    process.stdout.write("Code: ");
    for await (const line of input) {
      try {
        challenge = await submit(identity, phone, line.trim());
      } catch (error) {
        if (!(error instanceof IdentityError) || !STAYS.has(error.reason)) throw error;
        printError(error);
        challenge = error.challenge ?? challenge;
      }
      if (!challenge) return;
      stop();
      stop = showCountdown(challenge);
      process.stdout.write("Code: ");
    }
  } finally {
    stop();
    input.close();
  }
  throw new Error("No code was entered.");
}
