import type { Database, Statement, Tx } from "../db/database.js";
import { deleteBatch, deleteExpired } from "../db/delete-batch.js";
import type { SigningKeyRow } from "../db/models/signing-key.js";
import { seconds } from "../db/sql.js";
import type { SealedKey } from "./signing-key.js";

/** A key in the database. Every time is the database's. */
export interface StoredKey extends SealedKey {
  readAt: Date;
  createdAt: Date;
  /** When it will have been published long enough to sign. */
  signsFrom: Date;
  /** null: it stands by. */
  signingSince: Date | null;
  /** null: it signs, or stands by. */
  retiredAt: Date | null;
  /** When the last token that it signed is over; null before it is retired. */
  expiresAt: Date | null;
  /** The longest lifetime (s) of the tokens that it signs. */
  tokenSeconds: number;
  revokedAt: Date | null;
  revokedReason: string | null;
}

/** Whether a key signs, verifies or stands by: it is neither revoked nor over. */
export function isLive({ revokedAt, expiresAt, readAt }: StoredKey): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > readAt);
}

interface NewKey extends SealedKey {
  /** Time (s) for which it is published before it may sign. */
  prepublishSeconds: number;
  tokenSeconds: number;
  /** True: it signs at once. */
  isSigning: boolean;
}

/** Stores the keys. Whoever changes them must have locked them. */
export interface SigningKeyStore {
  /** Locks all keys until `tx` ends: other transactions wait here. */
  lock(tx: Tx): Promise<void>;
  /** Reads all keys, oldest first, also those that are revoked or over. */
  read(tx: Tx | null): Promise<StoredKey[]>;
  insert(tx: Tx, key: NewKey): Promise<void>;
  /** Lets a key sign tokens that live for up to `tokenSeconds`. */
  startSigning(tx: Tx, kid: string, tokenSeconds: number): Promise<void>;
  /** Lets keys sign no longer; they verify until their last token is over. */
  retire(tx: Tx, kids: readonly string[]): Promise<void>;
  /** Notes that a key signs tokens that live for up to `tokenSeconds`. */
  lengthenTokens(tx: Tx, kid: string, tokenSeconds: number): Promise<void>;
  /** Deletes keys that have never signed. */
  deleteUnused(tx: Tx, kids: readonly string[]): Promise<void>;
  revoke(tx: Tx, kid: string, reason: string): Promise<void>;
  /** Deletes keys that were revoked or over `retentionSeconds` ago, a batch of them; true if there may be more. */
  purge(tx: Tx | null, retentionSeconds: number): Promise<boolean>;
}

/** Time (s) for which a key verifies after its last token is over: clocks differ, and processes follow with a delay. */
const LEEWAY_SECONDS = 300;

const lock: Statement = {
  name: "signing_keys_lock",
  text: "SELECT pg_advisory_xact_lock(hashtextextended('signing_keys', 0))",
};
const read: Statement = {
  name: "signing_keys_read",
  text: `SELECT kid, algorithm, sealed_key, created_at, signs_from, signing_since, retired_at, expires_at, token_seconds,
           revoked_at, revoked_reason, clock_timestamp() AS read_at
         FROM signing_keys ORDER BY created_at, kid`,
};
const insert: Statement = {
  name: "signing_keys_insert",
  text: `INSERT INTO signing_keys (kid, algorithm, sealed_key, created_at, signs_from, signing_since, token_seconds)
         SELECT $1, $2, $3, now, CASE WHEN $6::boolean THEN now ELSE now + ${seconds("$4")} END,
           CASE WHEN $6 THEN now END, $5
         FROM clock_timestamp() AS now`,
};
const startSigning: Statement = {
  name: "signing_keys_start_signing",
  text: `UPDATE signing_keys SET signing_since = clock_timestamp(), token_seconds = greatest(token_seconds, $2)
         WHERE kid = $1`,
};
const retire: Statement = {
  name: "signing_keys_retire",
  text: `UPDATE signing_keys SET retired_at = now, expires_at = now + ${seconds(`(token_seconds + ${LEEWAY_SECONDS})`)}
         FROM clock_timestamp() AS now WHERE kid = ANY ($1::varchar[])`,
};
const lengthenTokens: Statement = {
  name: "signing_keys_lengthen_tokens",
  text: "UPDATE signing_keys SET token_seconds = $2 WHERE kid = $1 AND token_seconds < $2",
};
const deleteUnused: Statement = {
  name: "signing_keys_delete_unused",
  text: "DELETE FROM signing_keys WHERE kid = ANY ($1::varchar[]) AND signing_since IS NULL",
};
const revoke: Statement = {
  name: "signing_keys_revoke",
  text: "UPDATE signing_keys SET revoked_at = clock_timestamp(), revoked_reason = $2 WHERE kid = $1",
};
const purge = deleteExpired(
  "signing_keys",
  "kid",
  `greatest(expires_at, revoked_at) < clock_timestamp() - ${seconds("$1")}`,
);

type Row = SigningKeyRow & { read_at: Date };

function toKey(row: Row): StoredKey {
  return {
    kid: row.kid,
    algorithm: row.algorithm,
    sealedKey: row.sealed_key,
    createdAt: row.created_at,
    signsFrom: row.signs_from,
    signingSince: row.signing_since,
    retiredAt: row.retired_at,
    expiresAt: row.expires_at,
    tokenSeconds: row.token_seconds,
    revokedAt: row.revoked_at,
    revokedReason: row.revoked_reason,
    readAt: row.read_at,
  };
}

export function createSigningKeyStore(database: Database): SigningKeyStore {
  const change = async (tx: Tx | null, statement: Statement, ...values: unknown[]) => {
    await database.run(tx, statement, values);
  };
  return {
    lock: (tx) => change(tx, lock),
    async read(tx) {
      return (await database.run<Row>(tx, read, [])).map(toKey);
    },
    insert: (tx, { kid, algorithm, sealedKey, prepublishSeconds, tokenSeconds, isSigning }) =>
      change(tx, insert, kid, algorithm, sealedKey, prepublishSeconds, tokenSeconds, isSigning),
    startSigning: (tx, kid, tokenSeconds) => change(tx, startSigning, kid, tokenSeconds),
    retire: (tx, kids) => change(tx, retire, kids),
    lengthenTokens: (tx, kid, tokenSeconds) => change(tx, lengthenTokens, kid, tokenSeconds),
    deleteUnused: (tx, kids) => change(tx, deleteUnused, kids),
    revoke: (tx, kid, reason) => change(tx, revoke, kid, reason),
    purge: (tx, retentionSeconds) => deleteBatch(database, tx, purge, [retentionSeconds]),
  };
}
