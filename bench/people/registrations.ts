import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type pg from "pg";
import { registrationTokenDigest } from "../../src/registrations/registration.js";
import { codeDigest } from "../../src/verification/code.js";
import { newPhone, PASSWORD_HASH } from "./accounts.js";

/** What activates a registration. */
export interface Activation {
  phone: string;
  code: string;
  /** Names the registration. */
  registration: string;
}

/** Adds registrations as Register does, but without its hash and SMS, and with codes that outlive a run. */
export async function addRegistrations(
  database: pg.Client,
  codeKey: Uint8Array,
  count: number,
): Promise<Activation[]> {
  const rows = Array.from({ length: count }, () => ({
    id: randomUUID(),
    codeId: randomUUID(),
    phone: newPhone(),
    code: String(randomInt(1e6)).padStart(6, "0"),
    registration: randomBytes(16).toString("base64url"),
  }));
  await database.query(
    `WITH given AS (
       SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::uuid[], $5::bytea[])
         AS given (id, token_digest, phone, code_id, code_digest)
     ), added AS (
       INSERT INTO registrations (id, token_digest, phone, first_name, last_name, password_hash, network, created_at)
       SELECT id, token_digest, phone, 'Ada', 'Lovelace', $6, '127.0.0.1', now() FROM given
     )
     INSERT INTO activation_codes (id, registration_id, code_digest, expires_at)
     SELECT code_id, id, code_digest, now() + interval '1 day' FROM given`,
    [
      rows.map(({ id }) => id),
      rows.map(({ registration }) => registrationTokenDigest(codeKey, registration)),
      rows.map(({ phone }) => phone),
      rows.map(({ codeId }) => codeId),
      rows.map(({ id, codeId, code }) =>
        codeDigest(codeKey, { id: codeId, ownerId: id, purpose: "activation" }, code),
      ),
      PASSWORD_HASH,
    ],
  );
  return rows.map(({ phone, code, registration }) => ({ phone, code, registration }));
}
