import confirm from "@inquirer/confirm";
import type { Command } from "commander";
import { revokeKey, rotateKeys } from "../signing-keys/rotate-keys.js";
import { isRipe } from "../signing-keys/rotation-plan.js";
import { openSealedKey } from "../signing-keys/signing-key.js";
import { isLive, type StoredKey } from "../signing-keys/signing-key-store.js";
import { UsageError } from "../startup-error.js";
import { parseText } from "./reason-option.js";
import type { KeyContext, Runner } from "./runner.js";
import type { CliStreams } from "./streams.js";

/** Adds the commands on the keys of access tokens. Every server follows within two seconds. */
export function addKeyCommands(program: Command, run: Runner): void {
  const keys = program.command("keys").description("see, change and revoke the keys of access tokens");

  keys
    .command("list")
    .description(
      "print the keys, oldest first: id, algorithm, state, secret, published since, signs from, signing since, verifies until, revoked at, reason",
    )
    .action(() =>
      run.withKeys(async (context) => {
        const stored = await context.signingKeys.read(null);
        await run.print(stored.map((key) => (run.isJson ? keyJson(context, key) : keyLine(context, key))));
      }),
    );

  keys
    .command("rotate")
    .description("let the key that stands by sign from now on, and publish another one")
    .option("--force", "also if it has been published for less than KEY_PREPUBLISH")
    .action(({ force = false }: { force?: boolean }) =>
      run.withKeys(async (context) => {
        const rotation = await rotateKeys(context, { force });
        if (rotation.outcome === "no_keys") throw new UsageError(NO_KEYS);
        if (rotation.outcome === "too_early") throw new UsageError(tooEarly(rotation.signsFrom, force));
        const { kid } = rotation;
        await run.print([run.isJson ? `${JSON.stringify({ kid, state: "signing" })}\n` : `${kid} signs\n`]);
      }),
    );

  keys
    .command("revoke <kid>")
    .description(
      "accept no token of a key any more, for one that leaked; people get new tokens by refreshing, without signing in",
    )
    .requiredOption("--reason <text>", "why", parseText)
    .option("--yes", "do not ask for confirmation, which is only asked for on a terminal")
    .action(async (kid: string, { reason, yes }: { reason: string; yes?: boolean }) => {
      if (!yes && !(await confirmRevocation(run.streams, kid))) {
        run.isNegative = true;
        return;
      }
      await run.withKeys(async (context) => {
        const revocation = await revokeKey(context, { kid, reason });
        if (revocation === "unknown") throw new UsageError("There is no key with this id: see `keys list`.");
        const note = revocation === "revoked" ? "revoked" : "is already revoked";
        await run.print([run.isJson ? `${JSON.stringify({ kid, state: "revoked" })}\n` : `${kid} ${note}\n`]);
      });
    });
}

const NO_KEYS =
  "No key that KEY_ENCRYPTION_SECRET decrypts stands by: a server makes the keys when it starts, unless ACCESS_TOKEN_ALG is HS256.";

function tooEarly(signsFrom: Date, force: boolean): string {
  const reason = force ? "servers" : "verifiers";
  const hint = force ? "" : " Use --force if tokens may be refused meanwhile.";
  return `The next key was published so lately that ${reason} may not have it before ${signsFrom.toISOString()}.${hint}`;
}

function stateOf(key: StoredKey): string {
  if (key.revokedAt) return "revoked";
  if (!isLive(key)) return "over";
  if (key.retiredAt) return "retired";
  if (key.signingSince) return "signing";
  return isRipe(key) ? "standby" : "published";
}

/** Which secret encrypts a key; `unreadable`: none of those that are set, so the key counts for nothing. */
function secretOf({ keyCipher }: KeyContext, key: StoredKey): "current" | "former" | "unreadable" {
  const opened = openSealedKey(keyCipher, key);
  if (!opened) return "unreadable";
  return opened.isFormerSecret ? "former" : "current";
}

function keyJson(context: KeyContext, key: StoredKey): string {
  const json = {
    kid: key.kid,
    algorithm: key.algorithm,
    state: stateOf(key),
    secret: secretOf(context, key),
    published_since: key.createdAt,
    signs_from: key.signsFrom,
    signing_since: key.signingSince,
    verifies_until: key.expiresAt,
    revoked_at: key.revokedAt,
    reason: key.revokedReason,
  };
  return `${JSON.stringify(json)}\n`;
}

function keyLine(context: KeyContext, key: StoredKey): string {
  const dates = [key.createdAt, key.signsFrom, key.signingSince, key.expiresAt, key.revokedAt];
  const columns = [
    ...[key.kid, key.algorithm, stateOf(key), secretOf(context, key)],
    ...dates.map((date) => date?.toISOString() ?? "-"),
    key.revokedReason === null ? "-" : JSON.stringify(key.revokedReason),
  ];
  return `${columns.join("\t")}\n`;
}

/** Asks for confirmation on a terminal: a revoked key can't be taken back. */
async function confirmRevocation({ stdin, stderr }: CliStreams, kid: string): Promise<boolean> {
  if (!stdin.isTTY || !stderr.isTTY) return true;
  const question = { message: `Refuse every token of ${kid}?`, default: false };
  return confirm(question, { input: stdin, output: stderr });
}
