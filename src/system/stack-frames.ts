import { fileURLToPath } from "node:url";
import { redact } from "./redact.js";

/** The folder of the program, which holds `src` or `dist`: as a path, and as file URLs spell it. */
const ROOT_URL = new URL("../../", import.meta.url);
const ROOTS = [fileURLToPath(ROOT_URL), ROOT_URL.pathname];

/** A line of V8's stack: `    at async login (file:///srv/identity/dist/auth/login.js:33:5)`. */
const FRAME = /^ {4}at (?:(?<call>[^()]+) \()?(?<file>.+):(?<position>\d+:\d+)\)?$/;

/**
 * The frames of a stack, one a line, without the message that comes before them: frames in Node's own modules, in
 * packages (from `node_modules/` on) and in the program (from its folder on). All others are left out.
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

function frameOf(line: string): string | undefined {
  const { call, file = "", position } = FRAME.exec(line)?.groups ?? {};
  const place = placeOf(file.replace(/^async /, "").replace(/^file:\/\//, ""));
  if (!place) return undefined;
  return call ? `at ${redact(call)} (${place}:${position})` : `at ${place}:${position}`;
}

function placeOf(file: string): string | undefined {
  if (file.startsWith("node:")) return file;
  const inPackage = file.lastIndexOf("node_modules/");
  if (inPackage >= 0) return file.slice(inPackage);
  const root = ROOTS.find((folder) => file.startsWith(folder));
  return root && file.slice(root.length);
}
