import type { Command } from "commander";
import { UpdateWhitelistEntryRequestSchema } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { UsageError } from "../startup-error.js";
import { batchUpdateEntries } from "../whitelist/batch-update-entries.js";
import { printBatch } from "./batch-output.js";
import { checkRequest } from "./check-request.js";
import type { Runner } from "./runner.js";

interface UpdateOptions {
  notes?: string;
  active?: boolean;
  inactive?: boolean;
}

/** Adds `update` to the commands on the whitelist. */
export function addWhitelistUpdateCommand(whitelist: Command, run: Runner): void {
  whitelist
    .command("update <phone...>")
    .description(
      "change the notes of numbers on the list, or reactivate or deactivate them; prints a line for each, and exits with 1 if one is refused",
    )
    .option("--notes <text>", "the new notes; an empty text clears them")
    .option("--active", "allow the numbers to register")
    .option("--inactive", "stop the numbers from registering, but keep them on the list")
    .action(async (phones: string[], { notes, active, inactive }: UpdateOptions) => {
      if (active && inactive) throw new UsageError("Give either --active or --inactive.");
      const isActive = active === inactive ? null : active === true;
      if (notes === undefined && isActive === null) {
        throw new UsageError("Give --notes, --active or --inactive.");
      }
      if (notes !== undefined) await checkRequest(UpdateWhitelistEntryRequestSchema, { notes });
      await run.withContext(async (context) => {
        const change = { notes: notes ?? null, isActive, remove: false, actor: null };
        await printBatch(run, await batchUpdateEntries(context, { phones, ...change }));
      });
    });
}
