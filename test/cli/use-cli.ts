import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { runCli } from "../../src/cli/program.js";
import { useFixture } from "../support/fixture.js";
import { type TestContext, useTestContext } from "../support/test-context.js";

/** How a command ended. */
export interface CliResult {
  code: number;
  out: string;
  error: string;
}

interface CliOptions {
  /** The standard input of a command without a terminal. */
  input?: string;
  /** Makes standard input and standard error a terminal, on which each prompt gets the line beside it, in this order. */
  terminal?: readonly (readonly [prompt: string, answer: string])[];
  /** Added to the variables that every command gets. */
  environment?: Record<string, string>;
  /** Instead of a stream that keeps what is printed. */
  stdout?: Writable;
}

/** The command line on the data of a test context. */
export interface Cli {
  context: TestContext;
  /** A folder for files of the tests. */
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
      const environment = { NODE_ENV: "test", DATABASE_URL: context.testDatabase.url, DATA_DIR: folder };
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

/** Types the line that belongs to the next prompt, when that shows in the text. */
function answering(stdin: PassThrough, lines: NonNullable<CliOptions["terminal"]>): (text: string) => void {
  const unanswered = [...lines];
  let answeredLength = 0;
  return (text) => {
    const [prompt, answer] = unanswered[0] ?? [];
    if (prompt === undefined || !text.slice(answeredLength).includes(prompt)) return;
    unanswered.shift();
    answeredLength = text.length;
    // A prompt reads the keys that come after it has drawn itself.
    setImmediate(() => stdin.write(`${answer}\r`));
  };
}

/** A stream that keeps the text that is written to it, and tells `onText` the whole of it. */
function keepingStream(onText: (text: string) => void = () => {}) {
  let text = "";
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      onText(text);
      done();
    },
  });
  // A prompt ends its output, and that of a process stays open all the same.
  stream.end = () => stream;
  return { stream, text: () => text };
}
