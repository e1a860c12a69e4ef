import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A secret that was found in a log. */
export interface Leak {
  secret: string;
  line: string;
}

/** Length of the prefix to search for: rare in a log, and no longer than a code of six digits. */
const SEED_LENGTH = 6;

/** Short digits occur by chance within longer numbers and identifiers, so such a secret counts only as a word. */
function isWord(text: string, at: number, secret: string): boolean {
  if (!/^\d{1,8}$/.test(secret)) return true;
  return !/[\w.+-]/.test(text.charAt(at - 1)) && !/[\w-]/.test(text.charAt(at + secret.length));
}

/** The secrets by their prefix. */
function indexBySeed(secrets: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const bySeed = new Map<string, string[]>();
  for (const secret of new Set(secrets)) {
    const seed = secret.slice(0, SEED_LENGTH);
    bySeed.set(seed, [...(bySeed.get(seed) ?? []), secret]);
  }
  return bySeed;
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf("\n", at);
  return text.slice(text.lastIndexOf("\n", at) + 1, end < 0 ? undefined : end);
}

/** Every occurrence of one of `secrets` in `text`. */
export function leaksIn(text: string, secrets: Iterable<string>): Leak[] {
  const bySeed = indexBySeed(secrets);
  const leaks: Leak[] = [];
  for (let at = 0; at + SEED_LENGTH <= text.length; at++) {
    for (const secret of bySeed.get(text.slice(at, at + SEED_LENGTH)) ?? []) {
      const isLeak = text.startsWith(secret, at) && isWord(text, at, secret);
      if (isLeak) leaks.push({ secret, line: lineAt(text, at) });
    }
  }
  return leaks;
}

/** A phone number also leaks without its plus sign. */
function spellings(secret: string): string[] {
  return secret.startsWith("+") ? [secret.slice(1)] : [secret];
}

/** Searches the logs of a test run (`test/support/log.ts`) for the secrets recorded in it. */
export function leaksOf(logFolder: string): { leaks: Leak[]; secrets: number; lines: number } {
  const read = (ending: string) =>
    readdirSync(logFolder)
      .filter((name) => name.endsWith(ending))
      .map((name) => readFileSync(join(logFolder, name), "utf8"));
  const secrets = read(".secrets")
    .flatMap((text) => text.split("\n").filter(Boolean))
    .flatMap((line) => spellings(JSON.parse(line) as string));
  const logs = read(".log");
  return {
    leaks: logs.flatMap((text) => leaksIn(text, secrets)),
    secrets: new Set(secrets).size,
    lines: logs.reduce((sum, text) => sum + text.split("\n").length - 1, 0),
  };
}
