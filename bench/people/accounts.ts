import type pg from "pg";
import { jsonRequest } from "../traffic/http1-client.js";

/** The password of every account. */
export const PASSWORD = "Motdepasse123!";

/** Its hash with the service's parameters, for all accounts: computing a thousand would take half a minute. */
export const PASSWORD_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$eJBaqdJrt6ovzXF1U3XjxQ$SwJ2S8bGy6oPMyEU4wNL7wET+zdFvAKLhs5FFjdCpBU";

export interface Account {
  id: number;
  phone: string;
  first_name: string;
  last_name: string;
}

let created = 0;

/** A mobile number in Cameroon that no other account or registration of this run has. */
export function newPhone(): string {
  created += 1;
  return `+2376${String(50_000_000 + created)}`;
}

/** Adds active accounts. */
export async function addAccounts(
  database: pg.Client,
  count: number,
  { isSuperuser = false } = {},
): Promise<Account[]> {
  const phones = Array.from({ length: count }, newPhone);
  const { rows } = await database.query<Account>(
    `INSERT INTO users (phone, first_name, last_name, email, apartment_name, password_hash, is_active, is_superuser,
       date_joined)
     SELECT phone, 'Grâce', 'Lovelace', 'grace' || phone || '@example.com', 'B12', $2, true, $3, now()
     FROM unnest($1::text[]) AS phone
     RETURNING id, phone, first_name, last_name`,
    [phones, PASSWORD_HASH, isSuperuser],
  );
  return rows;
}

/** The request that signs an account in. */
export function loginRequest({ phone }: Pick<Account, "phone">): Buffer {
  return jsonRequest("/api/login/", { phone, password: PASSWORD });
}
