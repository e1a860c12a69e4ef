import type { Command } from "commander";
import { migrate } from "../db/migrate.js";
import type { Runner } from "./runner.js";

export function addDatabaseCommands(program: Command, run: Runner): void {
  program
    .command("migrate")
    .description("apply pending database migrations")
    .action(() =>
      run.withDatabase(async (database, logger) => {
        const applied = await migrate(database, logger);
        const line = applied.length > 0 ? `applied ${applied.join(", ")}` : "nothing to do";
        await run.print([`${run.isJson ? JSON.stringify({ applied }) : line}\n`]);
      }),
    );
}
