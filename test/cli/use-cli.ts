import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { runCli } from "../../src/cli/program.js";
import { useFixture } from "../support/fixture.js";
import { type TestContext, testKeys, useTestContext } from "../support/test-context.js";

/** How a command ended. */
export interface CliResult {
  code: number;
  out: string;
  error: string;
}

interface CliOptions {
  /** The standard input of a command without a terminal. */
  input?: string;
  /** Makes standard input and standard error a terminal. Each prompt gets its answer, in this order. */
  terminal?: readonly (readonly [prompt: string, answer: string])[];
  /** Variables in addition to those that every command gets. */
  environment?: Record<string, string>;
  /** Replaces the stream that keeps what is printed. */
  stdout?: Writable;
}

/** The command line on the data of a test context. */
export interface Cli {
  context: TestContext;
  /** A folder for the tests' files. */
  folder: string;
  /** Runs a command in this process, without a terminal unless the options give one. */
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
}

/** A command line for the tests of the describe that calls this. */
export function useCli(): Cli {
  const context = useTestContext();
  return useFixture(
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "waterbill-cli-"));
      const environment = {
        NODE_ENV: "test",
        DATABASE_URL: context.testDatabase.url,
        DATA_DIR: folder,
        AUDIT_SECRET: testKeys.audit[0]!,
        KEY_ENCRYPTION_SECRET: testKeys.encryption,
      };
      return {
        context,
        folder,
        run: (args, options = {}) => runCommand(args, { ...environment, ...options.environment }, options),
      } satisfies Cli;
    },
    ({ folder }) => rm(folder, { recursive: true }),
  );
}

async function runCommand(
  args: readonly string[],
  environment: Record<string, string>,
  { input = "", terminal, stdout }: CliOptions,
): Promise<CliResult> {
  const out = keepingStream();
  const stdin = terminal ? new PassThrough() : Readable.from([Buffer.from(input)]);
  const error = keepingStream(answering(stdin as PassThrough, terminal ?? []));
  const isTTY = terminal !== undefined;
  const code = await runCli(args, environment, {
    stdin: Object.assign(stdin, { isTTY }),
    stdout: stdout ?? out.stream,
    stderr: Object.assign(error.stream, { isTTY }),
  });
  return { code, out: out.text(), error: error.text() };
}

/** Types the answer to the next prompt once the text shows that prompt. */
function answering(stdin: PassThrough, lines: NonNullable<CliOptions["terminal"]>): (text: string) => void {
  const unanswered = [...lines];
  let answeredLength = 0;
  return (text) => {
    const [prompt, answer] = unanswered[0] ?? [];
    if (prompt === undefined || !text.slice(answeredLength).includes(prompt)) return;
    unanswered.shift();
    answeredLength = text.length;
    // A prompt reads only the keys that arrive after it was rendered.
    setImmediate(() => stdin.write(`${answer}\r`));
  };
}

/** A stream that keeps its text, and passes all of it to `onText` at each write. */
function keepingStream(onText: (text: string) => void = () => {}) {
  let text = "";
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      onText(text);
      done();
    },
  });
  // A prompt ends its output stream; those of a process stay open nevertheless.
  stream.end = () => stream;
  return { stream, text: () => text };
}
