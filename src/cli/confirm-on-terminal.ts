import confirm from "@inquirer/confirm";
import type { CliStreams } from "./streams.js";

/** Asks a question on a terminal, where the default is no. A script is not asked: that is a yes. */
export async function confirmOnTerminal({ stdin, stderr }: CliStreams, message: string): Promise<boolean> {
  if (!stdin.isTTY || !stderr.isTTY) return true;
  return confirm({ message, default: false }, { input: stdin, output: stderr });
}
