import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/** Characters of a text that are shown before and after what differs. */
const CONTEXT_LENGTH = 32;

/**
 * Where a new JSON document differs from an old one, a line for each place: `paths › /api/auth/login/ › post: removed`.
 * Empty if they are the same but for the order of names.
 */
export function documentDifferences(
  old: JsonValue,
  made: JsonValue,
  place: readonly string[] = [],
): string[] {
  if (isObject(old) && isObject(made)) {
    return [...new Set([...Object.keys(old), ...Object.keys(made)])].flatMap((name) =>
      memberDifferences(old[name], made[name], [...place, name]),
    );
  }
  if (Array.isArray(old) && Array.isArray(made)) return listDifferences(old, made, place);
  if (old === made) return [];
  return [`${place.join(" › ")}: ${change(old, made)}`];
}

function memberDifferences(
  old: JsonValue | undefined,
  made: JsonValue | undefined,
  place: readonly string[],
): string[] {
  if (made === undefined) return [`${place.join(" › ")}: removed`];
  if (old === undefined) return [`${place.join(" › ")}: added`];
  return documentDifferences(old, made, place);
}

/** Lists of one length by position, others by their members. */
function listDifferences(
  old: readonly JsonValue[],
  made: readonly JsonValue[],
  place: readonly string[],
): string[] {
  if (old.length === made.length) {
    return old.flatMap((member, index) => documentDifferences(member, made[index]!, [...place, `${index}`]));
  }
  const [oldTexts, madeTexts] = [old, made].map((list) => list.map((member) => JSON.stringify(member)));
  const without = (list: string[], others: string[]) => list.filter((text) => !others.includes(text));
  const line = (text: string, what: string) => `${place.join(" › ")}: ${text} ${what}`;
  const lines = [
    ...without(oldTexts!, madeTexts!).map((text) => line(text, "removed")),
    ...without(madeTexts!, oldTexts!).map((text) => line(text, "added")),
  ];
  return lines.length > 0 ? lines : [line(`${old.length} members`, `are now ${made.length}`)];
}

/** Both values; of two texts only what differs, and a little of what is around it. */
function change(old: JsonValue, made: JsonValue): string {
  if (typeof old !== "string" || typeof made !== "string") {
    return `${JSON.stringify(old)} is now ${JSON.stringify(made)}`;
  }
  const shorter = Math.min(old.length, made.length);
  let start = 0;
  while (start < shorter && old[start] === made[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === made.at(-1 - end)) end += 1;
  const shown = (text: string) => {
    const [from, to] = [start - CONTEXT_LENGTH, text.length - end + CONTEXT_LENGTH];
    const [before, after] = [from > 0 ? "…" : "", to < text.length ? "…" : ""];
    return JSON.stringify(before + text.slice(Math.max(0, from), to) + after);
  };
  return `${shown(old)} is now ${shown(made)}`;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
