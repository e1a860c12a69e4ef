import type { Redis } from "ioredis";

/** A command of Redis: its name and its arguments. */
export type Command = string[];

/** Records what a connected client writes to its socket: for each write, the commands in it. */
export function recordWrites({ stream }: Redis): Command[][] {
  const writes: Command[][] = [];
  const write = stream._write.bind(stream);
  const writeSeveral = stream._writev!.bind(stream);
  // Node calls `_writev` when several chunks wait to be written, else `_write`.
  stream._write = (chunk, encoding, callback) => {
    writes.push(parseCommands(String(chunk)));
    write(chunk, encoding, callback);
  };
  stream._writev = (chunks, callback) => {
    writes.push(parseCommands(chunks.map(({ chunk }) => String(chunk)).join("")));
    writeSeveral(chunks, callback);
  };
  return writes;
}

/** Parses RESP arrays of bulk strings that contain no line break of RESP. */
function parseCommands(text: string): Command[] {
  const lines = text.split("\r\n");
  const commands: Command[] = [];
  for (let at = 0; lines[at]?.startsWith("*"); ) {
    const size = Number(lines[at]!.slice(1));
    commands.push(Array.from({ length: size }, (_, i) => lines[at + 2 + 2 * i]!));
    at += 1 + 2 * size;
  }
  return commands;
}
