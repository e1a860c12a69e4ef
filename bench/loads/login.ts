import { addAccounts, loginRequest, PASSWORD, PASSWORD_HASH } from "../people/accounts.js";
import { jsonRequest } from "../traffic/http1-client.js";
import type { Group, Place } from "./load.js";
import { cycle, http1Subject, sendOk } from "./subjects.js";

/** Accounts that take turns: an account has at most 20 sessions, and ending those beyond costs more. */
const ACCOUNTS = 512;

/** Requests that sign in accounts in turn. */
export async function logins({ database }: Place): Promise<() => Buffer> {
  return cycle((await addAccounts(database, ACCOUNTS)).map(loginRequest));
}

/** The request that has the bare server compare a password with its hash. */
export const verifyPassword = jsonRequest("/verify-password", { hash: PASSWORD_HASH, password: PASSWORD });

/** Logins beside nothing but the hash that each of them needs. */
export const login: Group = {
  name: "login",
  loads: [
    {
      name: "login",
      measures: ["server", "all"],
      anchors: ["bare hash"],
      async connect(place) {
        const next = await logins(place);
        return http1Subject(place.program, (client) => sendOk(client, next()));
      },
    },
  ],
  anchors: [
    {
      name: "bare hash",
      connect: async ({ program }) => http1Subject(program, (client) => sendOk(client, verifyPassword)),
    },
  ],
};
