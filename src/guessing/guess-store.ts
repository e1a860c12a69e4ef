import { Op } from "sequelize";
import type { Database, Tx } from "../db/database.js";
import { deleteBatch, deleteExpired } from "../db/delete-batch.js";
import { refersToDeleted } from "../db/errors.js";
import { knownAddressKey } from "../system/address-key.js";
import { addSeconds } from "../system/clock.js";
import { type Credentials, type CredentialsRow, toCredentials } from "../users/user-store.js";
import type { Device } from "./device-token.js";
import {
  type CountedGuess,
  deviceCaller,
  type FullCount,
  GUESS_SECONDS,
  type GuessPlace,
  KNOWN_SECONDS,
} from "./guess.js";
import * as statements from "./guess-statements.js";

/** A login whose password is about to be compared. */
interface LoginGuess {
  phone: string;
  /** The caller's IP address. */
  address: string;
  /** The device that the caller has shown. */
  device: Device | null;
  place: GuessPlace;
  now: Date;
}

/** An account, and either a guess that may be compared once, or the count that refuses it. */
export type LoginCount = { account: Credentials | null } & (
  | { guess: CountedGuess; full: null }
  | { guess: null; full: FullCount }
);

export interface GuessStore {
  /**
   * Finds the account with a number and counts a password for it, before it is compared. A caller is known by a device of
   * the account or an address of it; of such a caller 30 passwords are counted in any 24 hours, of all others together
   * 100. From the tenth wrong one in a row the caller's network waits. One statement, which commits on its own when `tx`
   * is null.
   */
  countLogin(tx: Tx | null, login: LoginGuess): Promise<LoginCount>;
  /** Takes back a guess that was not compared. */
  takeBack(tx: Tx | null, guess: CountedGuess): Promise<void>;
  /** Takes back a guess that was right, and starts the caller's row of wrong ones anew. */
  restart(tx: Tx | null, guess: CountedGuess): Promise<void>;
  /**
   * Makes an address known to an account for 30 days, in place of the oldest of ten, and starts its count anew, and that
   * of the device or address that `guess` counts for. `tx` must have locked the account.
   */
  know(
    tx: Tx,
    caller: { userId: number; address: string; guess: CountedGuess | null; now: Date },
  ): Promise<void>;
  /**
   * Forgets the addresses that an account knows, when the password was another person's. Its devices are forgotten with
   * the password. `tx` must have locked the account.
   */
  forget(tx: Tx, userId: number, now: Date): Promise<void>;
  /** Whether an address is known to an account. */
  knows(tx: Tx | null, userId: number, address: string, now: Date): Promise<boolean>;
  /**
   * Starts the counts of a number, and of its account's known callers, anew. Returns how many counts there were: those of
   * the numbers that share the bucket are one with the number's.
   */
  clear(tx: Tx | null, number: { bucket: number; userId: number | null }): Promise<number>;
  /** Deletes counts and addresses that are over, a batch of them; true if there may be more. */
  purge(tx: Tx | null, now: Date): Promise<boolean>;
}

/** The columns of an account that was looked up with an outer join. */
type AccountRow = CredentialsRow | { id: null };

type LoginRow = AccountRow & {
  caller: string | null;
  count: number | null;
  earlier_count: number;
  oldest: Date | null;
  in_a_row: number;
  last: Date | null;
};

const purgeCallers = deleteExpired("known_callers", "user_id, caller", "expires_at < $1");
const purgeGuesses = deleteExpired("number_guesses", "bucket", "last_at < $1");

export function createGuessStore(database: Database): GuessStore {
  const { knownCallers, numberGuesses } = database.models;

  return {
    async countLogin(tx, { phone, address, device, place, now }) {
      const values = [
        ...[phone, now, addSeconds(now, -GUESS_SECONDS)],
        ...[device && deviceCaller(device.id), device?.userId ?? null, device?.passwordDigest ?? null],
        ...[knownAddressKey(address), place.bucket, place.network],
      ];
      const count = () => database.run<LoginRow>(tx, statements.countLogin, values);
      // The account that knows the caller may be erased meanwhile. Then the number has none.
      const [row] = await count().catch((error: unknown) => {
        if (refersToDeleted(error)) return count();
        throw error;
      });
      return toLoginCount(row!, place, now);
    },

    async takeBack(tx, guess) {
      if (guess.isKnown) {
        await database.run(tx, statements.takeBackKnown, [guess.userId, guess.caller, guess.at]);
      } else {
        await database.run(tx, statements.takeBackUnknown, [guess.bucket, guess.network, guess.at]);
      }
    },

    async restart(tx, guess) {
      if (guess.isKnown) {
        const where = { user_id: guess.userId, caller: guess.caller };
        await knownCallers.update({ wrong_at: [] }, { where, transaction: tx });
      } else {
        await database.run(tx, statements.restartUnknown, [guess.bucket, guess.network, guess.at]);
      }
    },

    async know(tx, { userId, address, guess, now }) {
      const caller = knownAddressKey(address);
      await database.run(tx, statements.know, [
        ...[userId, caller, addSeconds(now, KNOWN_SECONDS), guess?.isKnown ? guess.caller : null],
        ...(guess?.isKnown === false ? [guess.bucket, guess.network, guess.at] : [null, null, null]),
      ]);
    },

    async forget(tx, userId, now) {
      await database.run(tx, statements.forget, [userId, now]);
    },

    async knows(tx, userId, address, now) {
      const caller = knownAddressKey(address);
      if (caller === null) return false;
      const where = { user_id: userId, caller, expires_at: { [Op.gt]: now } };
      return (await knownCallers.count({ where, transaction: tx })) > 0;
    },

    async clear(tx, { bucket, userId }) {
      const unknown = await numberGuesses.destroy({ where: { bucket }, transaction: tx });
      if (userId === null) return unknown;
      const where = { user_id: userId, wrong_at: { [Op.ne]: [] } };
      const [known] = await knownCallers.update({ wrong_at: [] }, { where, transaction: tx });
      return unknown + known;
    },

    async purge(tx, now) {
      const hasMore = await deleteBatch(database, tx, purgeCallers, [now]);
      const before = addSeconds(now, -GUESS_SECONDS);
      return (await deleteBatch(database, tx, purgeGuesses, [before])) || hasMore;
    },
  };
}

function toLoginCount(row: LoginRow, place: GuessPlace, now: Date): LoginCount {
  const account = row.id === null ? null : toCredentials(row);
  const { caller, count } = row;
  const known = account && caller !== null ? { userId: account.user.id, caller } : null;
  if (count !== null) {
    const guess = { at: now, count };
    return {
      account,
      guess: known ? { isKnown: true, ...known, ...guess } : { isKnown: false, ...place, ...guess },
      full: null,
    };
  }
  const full = {
    isKnown: known !== null,
    count: row.earlier_count,
    oldest: row.oldest ?? now,
    inARow: row.in_a_row,
    last: row.last ?? now,
  };
  return { account, guess: null, full };
}
