import { createRunner } from "../src/cli/runner.js";
import type { CliStreams } from "../src/cli/streams.js";
import type { DatabaseContext } from "../src/command-context.js";
import { readConfig } from "../src/config.js";
import type { EnvironmentVariables } from "../src/config-files.js";
import type { Tx } from "../src/db/database.js";
import { UsageError } from "../src/startup-error.js";
import { readTextFile } from "../src/system/read-text-file.js";
import { type SampleAccount, sampleAccounts, sampleNumbers, sampleRegistrations } from "./samples.js";

/**
 * Adds the sample accounts and numbers to the configured database, with a random password that is printed once. Does
 * nothing if they are there already. Throws a UsageError outside development.
 */
export async function seed(environment: EnvironmentVariables, streams: CliStreams): Promise<void> {
  if (readConfig(environment, "database", readTextFile).environment !== "development") {
    throw new UsageError("Sample accounts are for development: NODE_ENV is not development.");
  }
  const run = createRunner(environment, streams, () => ({ init: true }));
  await run.withContext(
    async (context) => {
      const password = await addSamples(context);
      await run.print([password === null ? "The sample accounts exist already.\n" : describe(password)]);
    },
    { migrates: true },
  );
}

/** Returns the password of the new accounts; null if they exist already. */
async function addSamples(context: DatabaseContext): Promise<string | null> {
  const now = context.clock.now();
  const accounts = sampleAccounts(now);
  if (await context.users.findByPhone(null, accounts[0]!.phone)) return null;
  const password = context.random.bytes(12).toString("base64url");
  // One hash for all: a thousand would take half a minute. Equal hashes show that the passwords are equal, which is no
  // secret here.
  const passwordHash = await context.hasher.hash(password);
  await context.database.transaction(async (tx) => {
    await addAccounts(context, tx, accounts, passwordHash);
    await addRegistrations(context, tx, now, passwordHash);
    await context.whitelist.add(tx, sampleNumbers(), { actor: null, at: now, importId: null });
  });
  return password;
}

/** Adds all accounts in one statement. A number that has an account already keeps it. */
async function addAccounts(
  { database }: DatabaseContext,
  tx: Tx,
  accounts: readonly SampleAccount[],
  passwordHash: string,
): Promise<void> {
  const rows = accounts.map((account) => ({ ...account, password_hash: passwordHash }));
  await database.models.users.bulkCreate(rows, { ignoreDuplicates: true, transaction: tx });
}

/** Adds registrations that nobody can name, because their secrets are not kept. */
async function addRegistrations(
  { database, random }: DatabaseContext,
  tx: Tx,
  now: Date,
  passwordHash: string,
): Promise<void> {
  const rows = sampleRegistrations(now).map((registration) => ({
    ...registration,
    id: random.uuid(),
    token_digest: random.bytes(32),
    password_hash: passwordHash,
  }));
  await database.models.registrations.bulkCreate(rows, { transaction: tx });
}

function describe(password: string): string {
  const [superuser, staff] = sampleAccounts(new Date(0));
  return `The sample accounts and whitelisted numbers are added.
  superuser  ${superuser!.phone}
  staff      ${staff!.phone}
  password   ${password}   (of every account; shown this once)
`;
}
