import { fileURLToPath } from "node:url";
import { PROGRAM_FOLDER, ROOT_FOLDER } from "./program-folder.js";
import { redact } from "./redact.js";
import { type Place, sourcePlace } from "./source-place.js";

/** The folder that holds `src` or `dist`: as a path, and as file URLs spell it. */
const ROOTS = [fileURLToPath(ROOT_FOLDER), ROOT_FOLDER.pathname];

/** A line of V8's stack: `    at async login (file:///srv/identity/dist/auth/login.js:33:5)`. */
const FRAME = /^ {4}at (?:(?<call>[^()]+) \()?(?<file>.+):(?<line>\d+):(?<column>\d+)\)?$/;

/**
 * The frames of a stack, one a line, without the message that comes before them: frames in Node's own modules, in
 * packages (from `node_modules/` on) and in the program (from its folder on). All others are left out. In the built
 * program a frame has its place in the source.
 */
export function stackFrames(stack: string): string {
  const lines = stack.trimEnd().split("\n");
  // The message may have several lines, and one may look like a frame; the frames are the end of the text.
  const start = lines.findLastIndex((line) => !/^ {4}at /.test(line)) + 1;
  return lines
    .slice(start)
    .flatMap((line) => frameOf(line) ?? [])
    .join("\n");
}

function frameOf(text: string): string | undefined {
  const { call, file: location = "", line, column } = FRAME.exec(text)?.groups ?? {};
  const place = sourceOf({
    file: location.replace(/^async /, "").replace(/^file:\/\//, ""),
    line: Number(line),
    column: Number(column),
  });
  const name = nameOf(place.file);
  if (!name) return undefined;
  const shown = `${name}:${place.line}:${place.column}`;
  return call ? `at ${redact(call)} (${shown})` : `at ${shown}`;
}

/** The source of a place in a built module; any other place as it is. */
function sourceOf(place: Place): Place {
  const { pathname } = PROGRAM_FOLDER;
  const module = place.file.startsWith(pathname) ? place.file.slice(pathname.length) : "";
  if (!/^[\w-]+\.js$/.test(module)) return place;
  return sourcePlace({ ...place, file: fileURLToPath(new URL(module, PROGRAM_FOLDER)) }) ?? place;
}

function nameOf(file: string): string | undefined {
  if (file.startsWith("node:")) return file;
  const inPackage = file.lastIndexOf("node_modules/");
  if (inPackage >= 0) return file.slice(inPackage);
  const root = ROOTS.find((folder) => file.startsWith(folder));
  return root && file.slice(root.length);
}
