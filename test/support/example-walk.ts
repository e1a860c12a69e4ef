import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";

/** A program of `examples/` that registers a number, signs in and out again. */
export interface WalkProgram {
  command: readonly string[];
  /** The folder to run it in. */
  cwd?: string;
  /** Variables on top of this process's own. */
  environment?: Record<string, string>;
  /** What is typed at each prompt. Default: a wrong code, then the right one. */
  entries?: readonly Entry[];
}

type Entry = "nothing" | "wrong code" | "right code";

const PROMPT = "Code: ";
/** Long enough for a compiler on a busy machine. */
const TIMEOUT_MS = 120_000;

function textOf(entry: Entry | undefined, code: string): string {
  if (entry === "nothing") return "";
  return entry === "wrong code" ? String((Number(code) + 1) % 1_000_000).padStart(6, "0") : code;
}

/** Runs a walk and returns its standard output. */
export async function runWalk(program: WalkProgram, codeSent: () => Promise<string>): Promise<string> {
  const [file = "", ...args] = program.command;
  const entries = program.entries ?? ["wrong code", "right code"];
  const child = spawn(file, args, {
    cwd: program.cwd,
    env: { ...process.env, NODE_V8_COVERAGE: "", ...program.environment },
    timeout: TIMEOUT_MS,
  });
  // A program that ends early reads no more.
  child.stdin.on("error", () => {});
  let output = "";
  let prompts = 0;
  const type = async (prompt: number) => {
    child.stdin.write(`${textOf(entries[prompt], await codeSent())}\n`);
    if (prompt >= entries.length - 1) child.stdin.end();
  };
  const onData = (text: string) => {
    output += text;
    for (; prompts < output.split(PROMPT).length - 1; prompts += 1) {
      type(prompts).catch((error: Error) => {
        output += error.message;
        child.kill();
      });
    }
  };
  child.stdout.setEncoding("utf8").on("data", onData);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const [status] = await once(child, "close");
  expect(status, output + errors).to.equal(0);
  return stripVTControlCharacters(output).replaceAll(PROMPT, "");
}

/** A port in front of the service's own. The first connection breaks once a client has sent something. */
export async function openPoorLine(port: number): Promise<{ port: number; close(): void }> {
  const sockets: Socket[] = [];
  let isFirst = true;
  const server = createServer((client) => {
    sockets.push(client);
    client.on("error", () => client.destroy());
    if (isFirst) {
      isFirst = false;
      client.once("data", () => client.end());
      return;
    }
    const service = connect(port, "127.0.0.1");
    sockets.push(service);
    service.on("error", () => client.destroy());
    client.on("close", () => service.destroy());
    client.pipe(service).pipe(client);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** What the refusals of a walk look like: the reason, or what takes its place. */
export interface Refusals {
  code: string;
  password: string;
  profile: string;
  refresh: string;
  /** The walk can't tell which fields are at fault. */
  hidesFields?: boolean;
}

export const REASONS: Refusals = {
  code: "CODE_INCORRECT",
  password: "CREDENTIALS_REJECTED",
  profile: "INVALID_REQUEST",
  refresh: "REFRESH_REJECTED",
};

/** The lines that every walk prints, in order. */
export function expectWalk(output: string, phone: string, refusals: Refusals = REASONS): void {
  const field = /^ {2}(profile\.)?(email|apartment_?[nN]ame): \S/;
  const expected = [
    new RegExp(`^Registered \\${phone}\\.`),
    new RegExp(`^Refused: ${refusals.code}: Incorrect activation code\\.`),
    /^Activated: John Doe$/,
    new RegExp(`^Refused: ${refusals.password}: Incorrect phone number or password\\.`),
    /^Signed in$/,
    new RegExp(`^Profile: \\d+ \\${phone} John Doe$`),
    new RegExp(`^Refused: ${refusals.profile}: Invalid data\\.`),
    ...(refusals.hidesFields ? [] : [field, field]),
    /^Updated: apartment B12$/,
    /^Refreshed$/,
    /^Session: \S.* since 20\S+ \(this one\)$/,
    /^Signed out$/,
    new RegExp(`^Refused: ${refusals.refresh}: \\S`),
  ];
  expectLines(output, expected);
}

/** Compares each line of a program's output with its pattern. */
export function expectLines(output: string, patterns: readonly RegExp[]): void {
  const lines = output.trim().split("\n");
  expect(lines, output).to.have.length(patterns.length);
  for (const [index, pattern] of patterns.entries()) expect(lines[index], output).to.match(pattern);
}
