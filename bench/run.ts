import { compare, type Load, startShared } from "./compare.js";
import { emptyCall, login, profile, profileAmongLogins, refresh, signUp } from "./loads.js";
import { buildCheckout, startServerUnderTest } from "./server-under-test.js";

// `npm run bench [-- <folder of another checkout>]` starts two servers on one PostgreSQL and one Redis: this checkout's
// and the other one's (without an argument this one's again, which shows how much two equal servers differ here). Each
// load runs on both in turn, three times. The output has the medians, and their ratio, which depends less on the machine.

const phone = "+237670000001";

const loads: readonly Load[] = [
  ["empty call", emptyCall],
  ["profile", profile],
  ["refresh", refresh],
  ["login", login],
  ["profile among 32 logins", profileAmongLogins],
];

const other = process.argv[2] ?? ".";
const shared = await startShared();
try {
  const servers = [];
  const accounts = [];
  for (const [index, folder] of [".", other].entries()) {
    await buildCheckout(folder);
    const environment = await shared.environment(`bench_${index}`);
    const server = await startServerUnderTest({ folder, program: ["dist/main.js"], environment });
    shared.atEnd(server.stop);
    servers.push(server);
    accounts.push(await signUp(server, phone));
  }
  await compare(loads, servers, accounts);
  console.log("(the CPU time of the last row includes the logins)");
} finally {
  await shared.stop();
}
