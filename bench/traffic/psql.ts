import { spawn } from "node:child_process";
import { join } from "node:path";
import { folderOf, postgresProgram } from "../../test/support/programs.js";
import { stopProcess } from "../../test/support/server-process.js";
import { atEnd } from "../servers/at-end.js";

/** A psql that stays connected until the run ends. */
export interface Psql {
  pid: number;
  /** Runs statements, and resolves when all of their output has been read. Rejects if psql ends. */
  run(script: string): Promise<void>;
}

const psqlProgram = { files: ["psql"], places: postgresProgram.places, aptPackage: "postgresql-client" };

const DONE = "the-script-is-done";

export function startPsql(url: string): Psql {
  const program = join(folderOf(psqlProgram), "psql");
  const args = ["-X", "--quiet", "--set=ON_ERROR_STOP=1", url];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  let end = "";
  let finish: { resolve(): void; reject(error: Error): void } | null = null;
  child.stdout.on("data", (chunk: Buffer) => {
    end = (end + chunk.toString("latin1", Math.max(0, chunk.length - DONE.length - 1))).slice(
      -DONE.length - 1,
    );
    if (end === `${DONE}\n`) finish?.resolve();
  });
  atEnd(() => stopProcess(child, "SIGTERM"));
  child.on("exit", () => finish?.reject(new Error("psql has ended")));
  return {
    pid: child.pid!,
    run: (script) =>
      new Promise((resolve, reject) => {
        finish = { resolve, reject };
        end = "";
        child.stdin.write(`${script}\n\\echo ${DONE}\n`);
      }),
  };
}
