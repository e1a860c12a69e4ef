import { startServers } from "../test/support/servers.js";
import { generousLimits } from "../test/support/service.js";
import { createDatabase } from "../test/support/template-database.js";
import {
  type Account,
  type Cost,
  emptyCall,
  login,
  profile,
  profileAmongLogins,
  refresh,
  signUp,
} from "./loads.js";
import { type ServerUnderTest, startServerUnderTest } from "./server-under-test.js";

// `npm run bench [-- <folder of another checkout>]` starts two servers on one PostgreSQL and one Redis: this checkout's
// and the other one's (without an argument this one's again, which shows how much two equal servers differ here). Each
// load runs on both in turn, three times. The output has the medians, and their ratio, which depends less on the machine.

const rounds = 3;
const phone = "+237670000001";

const loads: [name: string, run: (server: ServerUnderTest, account: Account) => Promise<Cost>][] = [
  ["empty call", emptyCall],
  ["profile", profile],
  ["refresh", refresh],
  ["login", login],
  ["profile among 32 logins", profileAmongLogins],
];

const median = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function compare(servers: ServerUnderTest[], accounts: Account[]): Promise<void> {
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
  console.log("(the CPU time of the last row includes the logins)");
}

const other = process.argv[2] ?? ".";
const shared = await startServers({ databaseUrl: undefined, redisUrl: undefined });
const running: ServerUnderTest[] = [];
try {
  for (const [index, folder] of [".", other].entries()) {
    const name = `bench_${index}`;
    const environment = {
      ...generousLimits,
      NODE_ENV: "development",
      DATABASE_URL: await createDatabase(shared.databaseUrl, name),
      REDIS_URL: shared.redisUrl,
      REDIS_PREFIX: `${name}:`,
      PASSWORD_HASH_QUEUE: "1000",
      LOG_LEVEL: "warn",
    };
    running.push(await startServerUnderTest(folder, environment));
  }
  const accounts = [];
  for (const server of running) accounts.push(await signUp(server, phone));
  await compare(running, accounts);
} finally {
  for (const server of running) await server.stop();
  await shared.stop();
}
