import type { Command } from "commander";
import type { Parts } from "../parts.js";
import { fullName } from "../users/user.js";
import { addEntry } from "../whitelist/add-entry.js";
import { checkPhone } from "../whitelist/check-phone.js";
import { initWhitelist } from "../whitelist/init-whitelist.js";
import { removeEntry } from "../whitelist/remove-entry.js";
import type { WhitelistEntry } from "../whitelist/whitelist-store.js";
import type { Runner } from "./runner.js";

/** Entries that are read at a time. */
const BATCH = 1000;

export function addWhitelistCommands(program: Command, run: Runner): void {
  const whitelist = program.command("whitelist").description("say which phone numbers may register");

  whitelist
    .command("add <phone> [notes]")
    .description("let a number register; a deactivated one is reactivated")
    .action((phone: string, notes = "") =>
      run.withParts(async (parts) => {
        const added = await addEntry(parts, { phone, notes, isActive: true, actor: null });
        console.log(`${added.entry.phone} ${added.reactivated ? "reactivated" : "added"}`);
      }),
    );

  whitelist
    .command("check <phone>")
    .description("exit with 0 when the number may register, with 1 when not")
    .action((phone: string) =>
      run.withParts(async (parts) => {
        const { isAuthorized, phone: normalised } = await checkPhone(parts, phone);
        console.log(`${normalised} ${isAuthorized ? "may register" : "may not register"}`);
        if (!isAuthorized) process.exitCode = 1;
      }),
    );

  whitelist
    .command("list")
    .description("print every number, one a line: phone, state, when and by whom it was added, notes")
    .action(() => run.withParts(printAll));

  whitelist
    .command("remove <phone>")
    .description("take a number off the list; accounts that exist stay")
    .action((phone: string) =>
      run.withParts(async (parts) => {
        console.log(`${await removeEntry(parts, { phone, actor: null })} removed`);
      }),
    );

  whitelist
    .command("init")
    .description("add the four test numbers")
    .option("--force", "reactivate those that are deactivated")
    .action((options: { force?: boolean }) =>
      run.withParts(async (parts) => {
        const outcomes = await initWhitelist(parts, { force: options.force ?? false, notes: "" });
        for (const { phone, outcome } of outcomes) console.log(`${phone} ${outcome}`);
      }),
    );
}

async function printAll({ whitelist }: Parts): Promise<void> {
  let last = 0;
  for (;;) {
    const entries = await whitelist.list(null, last, BATCH);
    for (const entry of entries) console.log(line(entry));
    const final = entries.at(-1);
    if (!final) return;
    last = final.id;
  }
}

function line({ phone, isActive, addedAt, addedBy, notes }: WhitelistEntry): string {
  const adder = addedBy ? fullName(addedBy) : "-";
  return [phone, isActive ? "active" : "inactive", addedAt.toISOString(), adder, notes].join("\t");
}
