import type { Command } from "commander";
import { AccountStatisticsSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { toStatisticsMessage } from "../accounts/account-message.js";
import type { AccountStatistics } from "../accounts/statistics-store.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";

/** Adds `statistics` to the commands on accounts. */
export function addUserStatisticsCommand(user: Command, run: Runner): void {
  user
    .command("statistics")
    .description("print how many accounts there are in each state, and how many registrations wait")
    .action(() =>
      run.withContext(async ({ accountStatistics, clock }) => {
        const statistics = await accountStatistics.read(null, clock.now());
        await run.print([
          run.isJson ? jsonLine(AccountStatisticsSchema, toStatisticsMessage(statistics)) : lines(statistics),
        ]);
      }),
    );
}

function lines({ total, active, leaving, deactivated, pending }: AccountStatistics): string {
  return Object.entries({ total, active, leaving, deactivated, pending })
    .map(([name, count]) => `${name}\t${count}\n`)
    .join("");
}
