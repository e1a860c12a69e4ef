import { type CreateSuperuserDeps, createSuperuser } from "./accounts/create-superuser.js";
import type { Database } from "./db/database.js";
import { DomainError } from "./errors.js";
import type { Random } from "./system/random.js";
import type { UserStore } from "./users/user-store.js";
import { initWhitelist } from "./whitelist/init-whitelist.js";
import type { WhitelistStore } from "./whitelist/whitelist-store.js";

export interface FirstStartDeps extends CreateSuperuserDeps {
  database: Database;
  users: UserStore;
  whitelist: WhitelistStore;
  random: Random;
}

/** Phone number of the development superuser, as in the specification's examples. */
const SUPERUSER_PHONE = "+237670000999";

/**
 * Fills a development database that has no account yet: whitelists the test numbers and creates one superuser with a
 * random password, which is returned here and kept nowhere else. Returns null if an account exists already.
 */
export async function prepareFirstStart(
  deps: FirstStartDeps,
): Promise<{ phone: string; password: string } | null> {
  if (await deps.users.any(null)) return null;
  await initWhitelist(deps, { force: false, notes: "" });
  const password = deps.random.bytes(12).toString("base64url");
  try {
    await createSuperuser(deps, {
      phone: SUPERUSER_PHONE,
      firstName: "Admin",
      lastName: "User",
      password,
      actor: { kind: "system" },
    });
  } catch (error) {
    // Another process that started at the same time was first; it prints the password.
    if (error instanceof DomainError && error.reason === "PHONE_TAKEN") return null;
    throw error;
  }
  return { phone: SUPERUSER_PHONE, password };
}

/** What the server prints at its first start; `origin` is where it serves, with or without the console. */
export function firstStartText(
  { phone, password }: { phone: string; password: string },
  { origin, servesConsole }: { origin: string; servesConsole: boolean },
): string {
  return `
First start: four test numbers are whitelisted, and there is one superuser.
  phone     ${phone}
  password  ${password}   (shown this once)
${servesConsole ? `  console   ${origin}/admin/\n` : ""}
Paste this into a second terminal, in this folder, to register a customer:

${walkThrough(origin)}
`;
}

/** Shell commands that take a new customer from the whitelist to the profile, to paste into a second terminal. */
function walkThrough(origin: string): string {
  return `{
  B=${origin}/api/auth; J='Content-Type: application/json'
  npm run --silent cli -- whitelist check +237670000002
  curl -s $B/register/ -H "$J" -d '{"phone":"+237670000002","first_name":"John","last_name":"Doe","password":"Motdepasse123!","password_confirm":"Motdepasse123!"}'; echo
  printf 'The code that the server just printed: '; read -r CODE </dev/tty
  curl -s $B/activate/ -H "$J" -d '{"phone":"+237670000002","code":"'$CODE'"}'; echo
  ACCESS=$(curl -s $B/login/ -H "$J" -d '{"phone":"+237670000002","password":"Motdepasse123!"}' | sed 's/.*"access":"\\([^"]*\\)".*/\\1/')
  curl -s $B/profile/ -H "Authorization: Bearer $ACCESS"; echo
}`;
}
