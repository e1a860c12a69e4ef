import { Argument, type Command } from "commander";
import type { Rights } from "../accounts/account-store.js";
import { setAccountRole } from "../accounts/set-account-role.js";
import { roleOf, setRights } from "../accounts/set-rights.js";
import { COMMAND_LINE, type Role } from "../audit/act.js";
import { isAdmin } from "../users/user.js";
import type { Credentials } from "../users/user-store.js";
import { changeAndPrint } from "./account-output.js";
import { parseReason } from "./reason-option.js";
import type { Runner } from "./runner.js";

const WHY = "why, for the history of the account";

const RIGHTS_COMMANDS = [
  {
    name: "promote",
    description: "make an account an administrator",
    // A superuser remains a superuser.
    rights: ({ isSuperuser }: Rights) => ({ isStaff: true, isSuperuser }),
    isDone: ({ user }: Credentials) => user.isStaff,
    done: "is already an administrator",
  },
  {
    name: "demote",
    description: "remove all rights from an account, and end its sessions",
    rights: () => ({ isStaff: false, isSuperuser: false }),
    isDone: ({ user }: Credentials) => !isAdmin(user),
    done: "already has no rights",
  },
] as const;

/** Adds `role`, `promote` and `demote` to the commands on accounts. */
export function addRoleCommands(user: Command, run: Runner): void {
  user
    .command("role <phone>")
    .description("give an account a role: customer, staff or superuser; fewer rights end its sessions")
    .addArgument(new Argument("<role>").choices(["customer", "staff", "superuser"]))
    .requiredOption("--reason <text>", WHY, parseReason)
    .action((phone: string, name: Lowercase<Role>, { reason }: { reason: string }) => {
      const role = name.toUpperCase() as Role;
      return changeAndPrint(run, phone, {
        apply: async (context) => {
          const act = { phone, role, reason, actor: COMMAND_LINE };
          return (await setAccountRole(context, act)).account;
        },
        isDone: (account) => roleOf(account.user) === role,
        done: "already has this role",
      });
    });

  for (const { name, description, rights, ...already } of RIGHTS_COMMANDS) {
    user
      .command(`${name} <phone>`)
      .description(description)
      .option("--reason <text>", WHY, parseReason)
      .action((phone: string, { reason }: { reason?: string }) =>
        changeAndPrint(run, phone, {
          ...already,
          apply: (context) => setRights(context, { phone, rights, reason, actor: COMMAND_LINE }),
        }),
      );
  }
}
