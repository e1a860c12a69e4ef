import type { Logger } from "../system/logger.js";
import type { KeyRing } from "./key-ring.js";
import { carryOutDue, type RotateKeysDeps } from "./rotate-keys.js";
import { changesNothing, type KeyRules, planDue } from "./rotation-plan.js";

/** Keeps a process's keys like those of the database. */
export interface KeyFollower {
  /** Reads the keys, makes those that are missing and rotates when it is time. Rejects if the database fails. */
  follow(): Promise<void>;
  /**
   * Follows once a second until `stop` is called, which waits for a run that has begun. While the database fails, the keys
   * stay as they are.
   */
  start(): void;
  stop(): Promise<void>;
}

export interface KeyFollowerDeps extends RotateKeysDeps {
  keyRing: KeyRing;
  logger: Pick<Logger, "warn">;
  /** null: this process signs with none of the keys, so it makes none. */
  keyRules: KeyRules | null;
}

/** A revocation is followed within two of these. */
const FOLLOW_INTERVAL_MS = 1000;

export function createKeyFollower(deps: KeyFollowerDeps): KeyFollower {
  const { signingKeys, keyCipher, keyRing, keyRules, logger } = deps;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  let isFailing = false;

  async function follow(): Promise<void> {
    // Nothing would decrypt.
    if (!keyCipher.hasSecret) return;
    const keys = keyRing.update(await signingKeys.read(null));
    if (!keyRules || changesNothing(planDue(keys, keyRules))) return;
    await carryOutDue(deps, keyRules);
    keyRing.update(await signingKeys.read(null));
  }

  async function run(): Promise<void> {
    try {
      await follow();
      isFailing = false;
    } catch (error) {
      if (!isFailing) logger.warn({ err: error }, "could not read the signing keys; they stay as they are");
      isFailing = true;
    }
    schedule();
  }

  function schedule(): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = run();
    }, FOLLOW_INTERVAL_MS);
    timer.unref();
  }

  return {
    follow,
    start() {
      isStopped = false;
      schedule();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
