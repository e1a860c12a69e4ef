import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import pg from "pg";
import { startPostgres } from "../support/postgres-server.js";
import { CUSTOMER, login, post, registerCustomer, type Tokens } from "../support/rest-calls.js";
import { type RunningService, runService } from "../support/running-service.js";
import { runTrial, type Trial } from "./trial.js";

// Backs the data up and restores it with the commands in docs/backup.md: `npm run trials -- backup`.

const secret = () => randomBytes(32).toString("base64url");

/** Runs a shell command of docs/backup.md in the trial's folder. */
function shell(trial: Trial, command: string, variables: Record<string, string> = {}): void {
  const env = { ...process.env, ...variables };
  execFileSync("sh", ["-ec", command], { cwd: trial.folder, env, stdio: ["ignore", "inherit", "inherit"] });
}

async function profileStatus(service: RunningService, { access }: Tokens): Promise<number> {
  const headers = { Authorization: `Bearer ${access}` };
  return (await fetch(`http://127.0.0.1:${service.port}/api/auth/profile/`, { headers })).status;
}

/** An account and two sessions from before the backup. The second one is used again after it. */
async function makeAccount(service: RunningService): Promise<{ kept: Tokens; refreshed: Tokens }> {
  await registerCustomer(service);
  return { kept: await login(service, CUSTOMER), refreshed: await login(service, CUSTOMER) };
}

async function expectRestored(service: RunningService, kept: Tokens): Promise<void> {
  expect(await profileStatus(service, kept)).to.equal(200);
  expect((await post(service, "token/refresh", { refresh: kept.refresh })).status).to.equal(200);
  await login(service, CUSTOMER);
}

await runTrial("backup of PostgreSQL", ["pg_dump", "pg_restore", "psql"], async (trial) => {
  const postgres = await startPostgres();
  trial.atEnd(() => postgres.stop());
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  trial.atEnd(() => client.end());
  const urlOf = (name: string) => postgres.url.replace(/\/postgres$/, `/${name}`);
  for (const name of ["before", "after"]) await client.query(`CREATE DATABASE ${name}`);

  const environment = { DATA_DIR: `${trial.folder}/data`, TOKEN_SECRET: secret(), CODE_SECRET: secret() };
  const before = await runService({ ...environment, DATABASE_URL: urlOf("before") });
  trial.atEnd(() => before.stop());
  const { kept, refreshed } = await makeAccount(before);
  const variables = { DATABASE_URL: urlOf("before"), NEW_DATABASE_URL: urlOf("after") };

  await trial.step("dump while the service runs", async () =>
    shell(trial, 'pg_dump --format=custom --file=identity.dump "$DATABASE_URL"', variables),
  );
  const successor = await post(before, "token/refresh", { refresh: refreshed.refresh });
  await before.stop();
  await trial.step("restore", async () => {
    const options = "--no-owner --exit-on-error --single-transaction";
    shell(trial, `pg_restore ${options} --dbname="$NEW_DATABASE_URL" identity.dump`, variables);
  });
  await trial.step("an account whose time has come since the dump is kept", async () => {
    const guide = await readFile("docs/backup.md", "utf8");
    const [command = ""] = /^psql --command="UPDATE users .*$/m.exec(guide) ?? [];
    const sql = "UPDATE users SET deletion_at = now() - interval '1 hour'";
    shell(trial, `psql --quiet --command="${sql}" "$NEW_DATABASE_URL"`, variables);
    shell(trial, command, variables);
  });
  await trial.step("an old account and an old session work", async () => {
    const after = await runService({ ...environment, DATABASE_URL: urlOf("after") });
    trial.atEnd(() => after.stop());
    await expectRestored(after, kept);
    // Tokens from after the backup are unknown, and end their sessions.
    const { refresh } = successor.body;
    expect((await post(after, "token/refresh", { refresh })).status).to.equal(400);
    await after.stop();
  });
  await trial.step("without the secrets, users sign in again", async () => {
    // The secret that encrypts the signing keys is in the folder.
    const other = {
      DATA_DIR: `${trial.folder}/other`,
      TOKEN_SECRET: secret(),
      CODE_SECRET: secret(),
    };
    const after = await runService({ ...other, DATABASE_URL: urlOf("after") });
    trial.atEnd(() => after.stop());
    expect(await profileStatus(after, kept)).to.equal(401);
    const tokens = await login(after, CUSTOMER);
    await trial.step("ending all sessions", async () => {
      const sql = "UPDATE sessions SET revoked_at = now() WHERE revoked_at IS NULL";
      shell(trial, `psql --command="${sql}" "$NEW_DATABASE_URL"`, variables);
      expect(await profileStatus(after, tokens)).to.equal(401);
    });
    await after.stop();
  });
});

await runTrial("backup of the embedded database", ["tar"], async (trial) => {
  const before = await runService({ DATA_DIR: `${trial.folder}/.data` });
  trial.atEnd(() => before.stop());
  const { kept } = await makeAccount(before);
  await before.stop();
  await trial.step("copy and restore", async () => {
    shell(trial, "tar -czf identity-data.tgz .data");
    shell(trial, "mkdir restored && tar -xzf identity-data.tgz -C restored");
  });
  await trial.step("an old account and an old session work", async () => {
    const after = await runService({ DATA_DIR: `${trial.folder}/restored/.data` });
    trial.atEnd(() => after.stop());
    await expectRestored(after, kept);
  });
});
