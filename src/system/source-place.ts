import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** A place in a file. Lines and columns begin at 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** A source map (ECMA-426), as far as it is needed. */
interface SourceMap {
  sources: readonly string[];
  /** For each line of the built file the text of its segments, and the state before the first one. */
  lines: readonly { segments: string; state: State }[];
}

/** What segments add to: the column in the built file; the source's index, line and column; the name's index. */
type State = [builtColumn: number, source: number, line: number, column: number, name: number];

const COMMA = 44;
/** The values of base64 digits, by their character codes. */
const DIGITS = new Uint8Array(128);
for (const [value, digit] of [
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
].entries()) {
  DIGITS[digit.charCodeAt(0)] = value;
}

/** Adds `segments` to `state`, up to the last one that begins at or before `column` of the built file. */
function addSegments(state: State, segments: string, column = Number.POSITIVE_INFINITY): void {
  state[0] = 0;
  let field = 0;
  let bits = 0;
  let shift = 0;
  for (let at = 0; at < segments.length; at += 1) {
    const code = segments.charCodeAt(at);
    if (code === COMMA) {
      field = 0;
      continue;
    }
    const digit = DIGITS[code]!;
    bits |= (digit & 31) << shift;
    shift += 5;
    // More digits of the same number follow.
    if (digit & 32) continue;
    const difference = bits & 1 ? -(bits >> 1) : bits >> 1;
    if (field === 0 && state[0] + difference > column) return;
    state[field]! += difference;
    field += 1;
    bits = 0;
    shift = 0;
  }
}

function parseMap(text: string): SourceMap {
  const { sources, mappings } = JSON.parse(text) as { sources: string[]; mappings: string };
  const state: State = [0, 0, 0, 0, 0];
  const lines = mappings.split(";").map((segments) => {
    const line = { segments, state: [...state] as State };
    addSegments(state, segments);
    return line;
  });
  return { sources, lines };
}

const maps = new Map<string, SourceMap | null>();

/** The map next to a built file, read once; null if there is none. */
function mapOf(file: string): SourceMap | null {
  let map = maps.get(file);
  if (map === undefined) {
    try {
      map = parseMap(readFileSync(`${file}.map`, "utf8"));
    } catch {
      map = null;
    }
    maps.set(file, map);
  }
  return map;
}

/**
 * Returns where a place in a built file comes from; null if the file has no source map, or the map doesn't know the line.
 * The first call for a file reads its map, which takes some 30 ms.
 */
export function sourcePlace({ file, line, column }: Place): Place | null {
  const map = mapOf(file);
  const built = map?.lines[line - 1];
  if (!map || !built?.segments) return null;
  const state: State = [...built.state];
  addSegments(state, built.segments, column - 1);
  const source = map.sources[state[1]];
  return source === undefined
    ? null
    : { file: resolve(file, "..", source), line: state[2] + 1, column: state[3] + 1 };
}
