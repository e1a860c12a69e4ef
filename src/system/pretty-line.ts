import pinoPretty from "pino-pretty";
import type { ErrorDescription } from "./describe-error.js";
import { formatDescription } from "./format-error.js";

/** Values that need no quotes: they hold no space, quote or equals sign, so no value reads like another field. */
const PLAIN_TEXT = /^[\p{L}\p{N}.:/@+\u2026_-]+$/u;

/** What a terminal obeys instead of showing it: control characters, changes of direction, line separators. */
const UNSAFE_CHARACTERS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Parts of a line that are not fields of it. */
const HEAD = new Set(["level", "time", "msg", "worker", "err"]);

/**
 * Returns what formats a JSON line of the log for people: time, level, worker, message and fields in one line, and an error
 * with its stack below. Callers choose some of the values, so nothing of these reaches the terminal as a control character.
 */
export function createLineFormat(hasColors: boolean): (line: string) => string {
  return pinoPretty.prettyFactory({
    colorize: hasColors,
    // Only the level has a color of its own.
    customColors: "message:reset",
    useOnlyCustomProps: false,
    translateTime: "SYS:HH:MM:ss.l",
    messageFormat: (log, messageKey, _, { colors }) => {
      const { worker } = log;
      const fields = Object.entries(log)
        .filter(([name]) => !HEAD.has(name))
        .map(([name, value]) => `${colors.gray(`${escapeUnsafe(name)}=`)}${showValue(value)}`);
      return [
        ...(worker === undefined ? [] : [`worker ${showValue(worker)}:`]),
        escapeUnsafe(String(log[messageKey])),
        ...fields,
      ].join(" ");
    },
    include: "level,time,err",
    customPrettifiers: { err: (error) => showError(error as unknown as ErrorDescription) },
  });
}

function showValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return PLAIN_TEXT.test(text) ? text : escapeUnsafe(JSON.stringify(text));
}

/** Lines stay lines: the messages of our own errors may have several. */
function showError(error: ErrorDescription): string {
  return formatDescription(error).split("\n").map(escapeUnsafe).join("\n");
}

function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE_CHARACTERS, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
