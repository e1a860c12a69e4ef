import { Argument, type Command } from "commander";
import { setAccountRole } from "../accounts/set-account-role.js";
import { roleOf, setRights } from "../accounts/set-rights.js";
import { COMMAND_LINE, type Role } from "../audit/act.js";
import { isAdmin } from "../users/user.js";
import { changeAndPrint } from "./account-output.js";
import { parseReason } from "./reason-option.js";
import type { Runner } from "./runner.js";

const WHY = "why, for the history of the account";

/** Adds `role`, `promote` and `demote` to the commands on accounts. */
export function addRoleCommands(user: Command, run: Runner): void {
  user
    .command("role <phone>")
    .description("give an account a role: customer, staff or superuser")
    .addArgument(new Argument("<role>").choices(["customer", "staff", "superuser"]))
    .requiredOption("--reason <text>", WHY, parseReason)
    .action((phone: string, name: Lowercase<Role>, { reason }: { reason: string }) => {
      const role = name.toUpperCase() as Role;
      return changeAndPrint(run, phone, {
        apply: (context) => setAccountRole(context, { phone, role, reason, actor: COMMAND_LINE }),
        isDone: (account) => roleOf(account.user) === role,
        done: "already has this role",
      });
    });

  user
    .command("promote <phone>")
    .description("make an account an administrator")
    .option("--reason <text>", WHY, parseReason)
    .action((phone: string, { reason }: { reason?: string }) =>
      changeAndPrint(run, phone, {
        // A superuser remains a superuser.
        apply: (context) =>
          setRights(context, {
            phone,
            reason,
            actor: COMMAND_LINE,
            rights: ({ isSuperuser }) => ({ isStaff: true, isSuperuser }),
          }),
        isDone: (account) => account.user.isStaff,
        done: "is already an administrator",
      }),
    );

  user
    .command("demote <phone>")
    .description("remove all rights from an account")
    .option("--reason <text>", WHY, parseReason)
    .action((phone: string, { reason }: { reason?: string }) =>
      changeAndPrint(run, phone, {
        apply: (context) =>
          setRights(context, {
            phone,
            reason,
            actor: COMMAND_LINE,
            rights: () => ({ isStaff: false, isSuperuser: false }),
          }),
        isDone: (account) => !isAdmin(account.user),
        done: "already has no rights",
      }),
    );
}
