import type { Database, Statement, Tx } from "../db/database.js";
import { deleteBatch, deleteExpired } from "../db/delete-batch.js";
import type { OuterJoined } from "../db/models/columns.js";
import type { ServiceRow } from "../db/models/service.js";
import type { ServiceSecretRow } from "../db/models/service-secret.js";
import { seconds } from "../db/sql.js";
import type { ListedService, PublicKey, Service, ServiceCredentials } from "./service.js";

/** Changes of a service; an absent field keeps its value. */
interface ServiceChanges {
  scopes?: readonly string[];
  publicKeys?: readonly PublicKey[];
  isDisabled?: boolean;
  /** True: every token that was issued before is refused. */
  refusesTokens?: boolean;
}

/** Stores services, the digests of their secrets, and the assertions that they used. Every time is the database's. */
export interface ServiceStore {
  /** Creates a service without secrets; false if the name is taken. */
  create(tx: Tx, service: Pick<ServiceCredentials, "name" | "scopes" | "publicKeys">): Promise<boolean>;
  /** Finds a service, in one statement. */
  find(tx: Tx | null, name: string): Promise<Service | null>;
  /** Finds a service with its credentials, in one statement. */
  findCredentials(tx: Tx | null, name: string): Promise<ServiceCredentials | null>;
  /** Finds a service with its credentials, and locks it until `tx` ends. */
  lock(tx: Tx, name: string): Promise<ServiceCredentials | null>;
  list(tx: Tx | null): Promise<ListedService[]>;
  /** Returns the service after the changes; null if there is none. */
  change(tx: Tx | null, name: string, changes: ServiceChanges): Promise<Service | null>;
  addSecret(tx: Tx, name: string, digest: Buffer): Promise<void>;
  /** Deletes the secrets of a service, with or without the newest one. */
  deleteSecrets(tx: Tx, name: string, which: "all" | "older"): Promise<void>;
  /** Notes that a secret was used, and replaces its digest. */
  noteSecretUse(tx: Tx | null, digest: Buffer, newDigest: Buffer): Promise<void>;
  /** Notes that an assertion was used; false if it was before. It is remembered until `expiresAt` at least. */
  claimAssertion(tx: Tx | null, digest: Buffer, expiresAt: Date): Promise<boolean>;
  /** Deletes assertions that were over `retentionSeconds` ago, a batch of them; true if there may be more. */
  purgeAssertions(tx: Tx | null, retentionSeconds: number): Promise<boolean>;
}

const SERVICE_COLUMNS = "name, scopes, grant_id, disabled_at";
type FoundRow = Pick<ServiceRow, "name" | "scopes" | "grant_id" | "disabled_at">;
type CredentialsRow = FoundRow &
  Pick<ServiceRow, "public_keys"> &
  OuterJoined<Pick<ServiceSecretRow, "digest">> & { is_use_stale: boolean };
type ListedRow = FoundRow &
  Pick<ServiceRow, "public_keys" | "created_at"> & { secrets_since: Date[]; secrets_used: (Date | null)[] };

const create: Statement = {
  name: "services_create",
  text: `INSERT INTO services (name, scopes, public_keys) VALUES ($1, $2, $3::jsonb)
         ON CONFLICT DO NOTHING RETURNING name`,
};
const find: Statement = {
  name: "services_find",
  text: `SELECT ${SERVICE_COLUMNS} FROM services WHERE name = $1`,
};
// Oldest secret first.
const findCredentials: Statement = {
  name: "services_find_credentials",
  text: `SELECT ${SERVICE_COLUMNS}, public_keys, digest,
           last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute' AS is_use_stale
         FROM services LEFT JOIN service_secrets ON service = name WHERE name = $1
         ORDER BY service_secrets.created_at`,
};
const lock: Statement = {
  name: "services_lock",
  text: "SELECT FROM services WHERE name = $1 FOR NO KEY UPDATE",
};
const list: Statement = {
  name: "services_list",
  text: `SELECT ${SERVICE_COLUMNS}, public_keys, created_at,
           ARRAY(SELECT created_at FROM service_secrets WHERE service = name ORDER BY created_at) AS secrets_since,
           ARRAY(SELECT last_used_at FROM service_secrets WHERE service = name ORDER BY created_at) AS secrets_used
         FROM services ORDER BY name`,
};
const change: Statement = {
  name: "services_change",
  text: `UPDATE services SET
           scopes      = coalesce($2, scopes),
           public_keys = coalesce($3::jsonb, public_keys),
           disabled_at = CASE WHEN $4 THEN coalesce(disabled_at, clock_timestamp())
                              WHEN NOT $4 THEN NULL ELSE disabled_at END,
           grant_id    = CASE WHEN $5 THEN gen_random_uuid() ELSE grant_id END
         WHERE name = $1 RETURNING ${SERVICE_COLUMNS}`,
};
const addSecret: Statement = {
  name: "service_secrets_add",
  text: "INSERT INTO service_secrets (service, digest) VALUES ($1, $2)",
};
// Not by digest: a use of the secret may replace it meanwhile.
const deleteSecrets: Statement = {
  name: "service_secrets_delete",
  text: `DELETE FROM service_secrets WHERE service = $1
           AND ($2 OR created_at < (SELECT max(created_at) FROM service_secrets WHERE service = $1))`,
};
const noteSecretUse: Statement = {
  name: "service_secrets_note_use",
  text: "UPDATE service_secrets SET last_used_at = clock_timestamp(), digest = $2 WHERE digest = $1",
};
const claimAssertion: Statement = {
  name: "service_assertions_claim",
  text: `INSERT INTO service_assertions (digest, expires_at) VALUES ($1, $2)
         ON CONFLICT DO NOTHING RETURNING expires_at`,
};
const purgeAssertions = deleteExpired(
  "service_assertions",
  "digest",
  `expires_at < clock_timestamp() - ${seconds("$1")}`,
);

function toService({ name, scopes, grant_id: grantId, disabled_at }: FoundRow): Service {
  return { name, scopes, grantId, disabledAt: disabled_at };
}

function toCredentials(rows: readonly CredentialsRow[]): ServiceCredentials | null {
  const [row] = rows;
  if (!row) return null;
  const secrets = rows.flatMap(({ digest, is_use_stale: isUseStale }) =>
    digest ? [{ digest, isUseStale }] : [],
  );
  return { ...toService(row), publicKeys: row.public_keys as PublicKey[] | null, secrets };
}

const toJson = (keys: readonly PublicKey[] | null | undefined) => (keys ? JSON.stringify(keys) : null);

export function createServiceStore(database: Database): ServiceStore {
  const findWithCredentials = async (tx: Tx | null, name: string) =>
    toCredentials(await database.run<CredentialsRow>(tx, findCredentials, [name]));
  return {
    async create(tx, { name, scopes, publicKeys }) {
      return (await database.run(tx, create, [name, scopes, toJson(publicKeys)])).length > 0;
    },

    async find(tx, name) {
      const [row] = await database.run<FoundRow>(tx, find, [name]);
      return row ? toService(row) : null;
    },

    findCredentials: findWithCredentials,

    async lock(tx, name) {
      await database.run(tx, lock, [name]);
      // A statement of its own, so that it sees what those before it have committed.
      return findWithCredentials(tx, name);
    },

    async list(tx) {
      const rows = await database.run<ListedRow>(tx, list, []);
      return rows.map((row) => ({
        ...toService(row),
        createdAt: row.created_at,
        publicKeys: row.public_keys as PublicKey[] | null,
        secrets: row.secrets_since.map((createdAt, index) => ({
          createdAt,
          lastUsedAt: row.secrets_used[index] ?? null,
        })),
      }));
    },

    async change(tx, name, { scopes, publicKeys, isDisabled, refusesTokens = false }) {
      const values = [name, scopes ?? null, toJson(publicKeys), isDisabled ?? null, refusesTokens];
      const [row] = await database.run<FoundRow>(tx, change, values);
      return row ? toService(row) : null;
    },

    async addSecret(tx, name, digest) {
      await database.run(tx, addSecret, [name, digest]);
    },

    async deleteSecrets(tx, name, which) {
      await database.run(tx, deleteSecrets, [name, which === "all"]);
    },

    async noteSecretUse(tx, digest, newDigest) {
      await database.run(tx, noteSecretUse, [digest, newDigest]);
    },

    async claimAssertion(tx, digest, expiresAt) {
      return (await database.run(tx, claimAssertion, [digest, expiresAt])).length > 0;
    },

    async purgeAssertions(tx, retentionSeconds) {
      return deleteBatch(database, tx, purgeAssertions, [retentionSeconds]);
    },
  };
}
