import { runContests } from "./contest.js";
import { profile } from "./loads/profile.js";
import { formatRow, heading } from "./measure/report.js";
import { endAll } from "./servers/at-end.js";
import { openService } from "./servers/place.js";
import { build, startService } from "./servers/service.js";
import { startStores } from "./servers/stores.js";

// `npm run bench:handlers` measures GetProfile over gRPC on the service, and on the service with the Connect library's
// handlers for unary calls: see docs/decisions/0001-own-unary-handlers.md. Both run from source, on one database.

const ROUNDS = 20;

const loads = profile.loads.filter(({ name }) => name === "profile, gRPC");

try {
  // Only its command line is used, which migrates.
  await build(".");
  const stores = await startStores();
  const fromSource = (file: string) => ({ folder: ".", args: ["--import", "tsx", file] });
  const ours = await openService(stores, { name: "ours", folder: "." }, fromSource("src/main.ts"));
  const program = await startService(fromSource("bench/library-server.ts"), ours.settings);
  const { rows } = await runContests([{ name: "handlers", loads, anchors: [] }], {
    contenders: [
      { name: "ours", place: ours },
      { name: "library", place: { ...ours, program } },
    ],
    ...{ stores, rounds: ROUNDS, seed: "handlers" },
  });
  console.log([heading(), ...rows.map(formatRow)].join("\n"));
} finally {
  await endAll();
}
