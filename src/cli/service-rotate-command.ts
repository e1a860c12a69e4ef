import type { Command } from "commander";
import { finishRotation, rotateSecret } from "../services/rotate-secret.js";
import { UsageError } from "../startup-error.js";
import { jwksOption, readJwks } from "./jwks-option.js";
import type { Runner } from "./runner.js";
import { secretLines, unknownService } from "./service-output.js";

interface RotateOptions {
  finish?: boolean;
  now?: boolean;
  jwks?: string;
}

/** Adds `rotate` to the commands on services. */
export function addServiceRotateCommand(service: Command, run: Runner): void {
  service
    .command("rotate <name>")
    .description("print a second secret, which works beside the first one until --finish")
    .option("--finish", "drop the older one of two secrets")
    .option(
      "--now",
      "drop every other secret and every token of the service: for a secret or key that leaked",
    )
    .addOption(jwksOption("replace the public keys of a service that has no secret"))
    .action((name: string, options: RotateOptions) => {
      const { finish: finishes = false, now: refusesTokens = false, jwks } = options;
      if (finishes && (refusesTokens || jwks !== undefined)) {
        throw new UsageError("Give --finish without --now and --jwks.");
      }
      if (jwks !== undefined) return replaceKeys(run, name, { path: jwks, refusesTokens });
      return finishes ? finish(run, name) : addSecret(run, name, refusesTokens ? "at once" : "start");
    });
}

function addSecret(run: Runner, name: string, rotation: Parameters<typeof rotateSecret>[2]): Promise<void> {
  return run.withAudit(async (context) => {
    const result = await rotateSecret(context, name, rotation);
    if (result === null) throw unknownService(name);
    if (result === "no secrets") throw hasKeys(name);
    if (result === "unfinished") {
      throw new UsageError(`${name} has two secrets: drop the older one first, with --finish.`);
    }
    await run.print(secretLines(run, name, result.secret));
  });
}

function hasKeys(name: string): UsageError {
  return new UsageError(`${name} has keys instead of secrets: use --jwks.`);
}

function finish(run: Runner, name: string): Promise<void> {
  return run.withContext(async (context) => {
    const isFinished = await finishRotation(context, name);
    if (isFinished === null) throw unknownService(name);
    if (isFinished === "no secrets") throw hasKeys(name);
    const line = isFinished ? `${name} has one secret\n` : `${name} has one secret already\n`;
    await run.print([run.isJson ? `${JSON.stringify({ client_id: name, dropped: isFinished })}\n` : line]);
  });
}

async function replaceKeys(
  run: Runner,
  name: string,
  { path, refusesTokens }: { path: string; refusesTokens: boolean },
): Promise<void> {
  const publicKeys = await readJwks(path);
  await run.withContext(async ({ services }) => {
    const before = await services.findCredentials(null, name);
    if (!before) throw unknownService(name);
    if (!before.publicKeys) throw new UsageError(`${name} has secrets instead of keys.`);
    await services.change(null, name, { publicKeys, refusesTokens });
    const keys = publicKeys.map(({ kid }) => kid ?? null);
    const line = `${name} has ${keys.length === 1 ? "1 key" : `${keys.length} keys`}\n`;
    await run.print([run.isJson ? `${JSON.stringify({ client_id: name, keys })}\n` : line]);
  });
}
