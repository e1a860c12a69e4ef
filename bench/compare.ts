import { generousSmsBudget } from "../test/support/generous-sms-budget.js";
import { startServers } from "../test/support/servers.js";
import { generousLimits } from "../test/support/service.js";
import { createDatabase } from "../test/support/template-database.js";
import type { Account, Cost } from "./loads.js";
import type { ServerUnderTest } from "./server-under-test.js";

/** A name, and the calls to measure. */
export type Load = readonly [name: string, run: (server: ServerUnderTest, account: Account) => Promise<Cost>];

/** The PostgreSQL and the Redis of the servers under test. */
export interface Shared {
  /** Creates a database, and returns the variables of a server that uses it. */
  environment(name: string): Promise<Record<string, string>>;
  /** Registers work for `stop`. */
  atEnd(work: () => Promise<void>): void;
  stop(): Promise<void>;
}

export async function startShared(): Promise<Shared> {
  const { databaseUrl, redisUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: undefined });
  const ends: (() => Promise<void>)[] = [];
  return {
    async environment(name) {
      return {
        ...generousLimits,
        SMS_BUDGET: generousSmsBudget,
        NODE_ENV: "development",
        DATABASE_URL: await createDatabase(databaseUrl, name),
        REDIS_URL: redisUrl,
        REDIS_PREFIX: `${name}:`,
        PASSWORD_HASH_QUEUE: "1000",
        LOG_LEVEL: "warn",
      };
    },
    atEnd: (work) => void ends.push(work),
    async stop() {
      for (const end of ends) await end();
      await stop();
    },
  };
}

const rounds = 3;

const median = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * Runs each load on two servers in turn, three times, and prints the medians, and the second server's CPU time as a
 * multiple of the first one's. Each server has its own account.
 */
export async function compare(
  loads: readonly Load[],
  servers: readonly ServerUnderTest[],
  accounts: readonly Account[],
): Promise<void> {
  console.log(
    `${"".padEnd(26)}${"CPU ms a call".padStart(22)}${"ratio".padStart(8)}${"p50 ms".padStart(16)}`,
  );
  for (const [name, run] of loads) {
    const costs: Cost[][] = servers.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, server] of servers.entries())
        costs[index]?.push(await run(server, accounts[index]!));
    }
    const cpu = costs.map((each) => median(each.map(({ cpuMs }) => cpuMs)));
    const p50 = costs.map((each) => median(each.map(({ p50Ms }) => p50Ms)));
    const columns = [
      cpu.map((value) => value.toFixed(3).padStart(11)).join(""),
      (cpu[1]! / cpu[0]!).toFixed(2).padStart(8),
      p50.map((value) => value.toFixed(1).padStart(8)).join(""),
    ];
    console.log(`${name.padEnd(26)}${columns.join("")}`);
  }
}
