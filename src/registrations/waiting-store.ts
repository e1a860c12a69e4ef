import type { Database, Statement, Tx } from "../db/database.js";
import type { ActivationCodeRow } from "../db/models/activation-code.js";
import type { OuterJoined } from "../db/models/columns.js";
import type { RegistrationRow } from "../db/models/registration.js";
import { timesAfter } from "../db/sql.js";
import { addSeconds } from "../system/clock.js";
import { CODE_TTL_SECONDS, MAX_ATTEMPTS } from "../verification/code.js";
import { DAILY_ATTEMPTS } from "./activation-attempt-store.js";
import { waitingSince } from "./find-registration.js";
import { REGISTRATION_TTL_SECONDS } from "./registration.js";

/** How many attempts are left to callers who are named, and to all others together. */
type AttemptsLeft = Readonly<Record<keyof typeof DAILY_ATTEMPTS, number>>;

/** A registration that waits for its activation, as administrators see it. */
export interface WaitingRegistration {
  firstName: string;
  lastName: string;
  createdAt: Date;
  /** When it is no longer kept. */
  expiresAt: Date;
  /** The address that registered (`knownAddressKey`); null: unknown. */
  network: string | null;
  /** At its codes. None if no code is valid. */
  attemptsLeft: AttemptsLeft;
  /** The codes that were sent for it, newest first, with those that have expired. */
  codes: { issuedAt: Date; expiresAt: Date }[];
}

/** What waits for a phone number. */
export interface Waiting {
  /** Newest first. */
  registrations: WaitingRegistration[];
  /** At the activation codes of the number, in 24 hours. */
  attemptsLeft: AttemptsLeft;
}

/** Reads registrations, their codes and the attempts at them, for administrators. */
export interface WaitingStore {
  /** Returns what waits for `phone`. One statement. */
  find(tx: Tx | null, phone: string, now: Date): Promise<Waiting>;
}

const find: Statement = {
  name: "registrations_waiting",
  text: `SELECT waiting.id, waiting.first_name, waiting.last_name, waiting.created_at, waiting.network,
           waiting.named_attempts, waiting.other_attempts, code.expires_at,
           coalesce(cardinality(${timesAfter("tried.named_at", "$2")}), 0) AS named_count,
           coalesce(cardinality(${timesAfter("tried.other_at", "$2")}), 0) AS other_count
         FROM (VALUES (1)) AS one
           LEFT JOIN activation_attempts AS tried ON tried.phone = $1
           LEFT JOIN registrations AS waiting ON waiting.phone = $1 AND waiting.created_at > $2
           LEFT JOIN activation_codes AS code ON code.registration_id = waiting.id
         ORDER BY waiting.created_at DESC, waiting.id, code.number DESC`,
};

type RegistrationColumn =
  | "id"
  | "first_name"
  | "last_name"
  | "created_at"
  | "network"
  | "named_attempts"
  | "other_attempts";

type RegistrationColumns = Pick<RegistrationRow, RegistrationColumn> &
  OuterJoined<Pick<ActivationCodeRow, "expires_at">>;

/** One row for each code, or registration without a code; `id` is null in the only one if nothing waits. */
type WaitingRow = { named_count: number; other_count: number } & (RegistrationColumns | { id: null });

const isComplete = (row: WaitingRow): row is WaitingRow & RegistrationColumns => row.id !== null;

export function createWaitingStore(database: Database): WaitingStore {
  return {
    async find(tx, phone, now) {
      const rows = await database.run<WaitingRow>(tx, find, [phone, waitingSince(now)]);
      const codes = rows.filter(isComplete);
      const registrations = codes.filter(({ id }, index) => id !== codes[index - 1]?.id);
      return {
        registrations: registrations.map((row) => {
          return toWaiting(row, codes.filter(({ id }) => id === row.id).flatMap(toCode), now);
        }),
        attemptsLeft: {
          named: left(DAILY_ATTEMPTS.named, rows[0]?.named_count ?? 0),
          other: left(DAILY_ATTEMPTS.other, rows[0]?.other_count ?? 0),
        },
      };
    },
  };
}

function toCode({ expires_at: expiresAt }: RegistrationColumns): WaitingRegistration["codes"] {
  return expiresAt ? [{ issuedAt: addSeconds(expiresAt, -CODE_TTL_SECONDS), expiresAt }] : [];
}

function toWaiting(
  row: RegistrationColumns,
  codes: WaitingRegistration["codes"],
  now: Date,
): WaitingRegistration {
  const limit = codes.some(({ expiresAt }) => expiresAt > now) ? MAX_ATTEMPTS : 0;
  return {
    firstName: row.first_name,
    lastName: row.last_name,
    createdAt: row.created_at,
    expiresAt: addSeconds(row.created_at, REGISTRATION_TTL_SECONDS),
    network: row.network,
    attemptsLeft: { named: left(limit, row.named_attempts), other: left(limit, row.other_attempts) },
    codes,
  };
}

const left = (limit: number, used: number) => Math.max(0, limit - used);
