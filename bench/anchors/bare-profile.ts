import type pg from "pg";
import { find } from "../../src/sessions/session-statements.js";
import type { UserAttributes } from "../../src/users/user-row.js";
import { type Limits, run } from "./bare-stores.js";
import type { BareTokens } from "./bare-tokens.js";

export interface BareProfileDeps {
  pool: pg.Pool;
  limits: Limits;
  tokens: BareTokens;
}

/** The longest life (s) of a session. */
const SESSION_MAX_AGE_SECONDS = 15_552_000;

/** What a profile read can't do without: check the token, read session and account, count the call. */
export async function readProfile(deps: BareProfileDeps, authorization: string) {
  const { sub, sid } = deps.tokens.verify("access", authorization.slice("Bearer ".length));
  const values = [sid, Number(sub), SESSION_MAX_AGE_SECONDS];
  const [row] = await run<UserAttributes & { is_open: boolean }>(deps.pool, find, values);
  if (!row?.is_open || !row.is_active) throw new Error("the session has ended");
  await deps.limits.consume(`user:60:user-${row.id}`);
  return profileOf(row);
}

/** An account as REST shows it. */
export function profileOf(row: UserAttributes) {
  return {
    id: row.id,
    phone: row.phone,
    first_name: row.first_name,
    last_name: row.last_name,
    full_name: `${row.first_name} ${row.last_name}`,
    email: row.email,
    address: row.address,
    apartment_name: row.apartment_name,
    date_joined: row.date_joined,
    last_login: row.last_login,
    is_active: row.is_active,
    is_staff: row.is_staff,
    is_superuser: row.is_superuser,
  };
}
