import { type EraseAccountDeps, eraseLeaving } from "../accounts/erase-account.js";
import type { WhitelistErasure } from "../whitelist/whitelist-erasure.js";

export interface EraseDueDeps extends EraseAccountDeps {
  /** Reports an account that could not be erased, for the log. */
  erasureFailed(error: unknown): void;
}

/**
 * Erases the accounts whose time has come, one transaction each, the one that was due first before the others. One that
 * can't be erased is reported, and tried again the next time.
 */
export async function eraseDue(deps: EraseDueDeps, mayGoOn: () => Promise<boolean>): Promise<void> {
  const failed: number[] = [];
  for (;;) {
    const account = await deps.deletions.nextDue(null, failed);
    if (!account) return;
    try {
      await eraseLeaving(deps, account);
    } catch (error) {
      failed.push(account.id);
      deps.erasureFailed(error);
    }
    if (!(await mayGoOn())) return;
  }
}

export interface ForgetActorsDeps {
  whitelistErasure: WhitelistErasure;
}

/**
 * Removes the names of administrators whose accounts are gone from the history of the whitelist: what an erasure has left,
 * because there was much of it, and what a call that was on its way has added.
 */
export async function forgetActors(
  { whitelistErasure }: ForgetActorsDeps,
  mayGoOn: () => Promise<boolean>,
): Promise<void> {
  for (;;) {
    const actor = await whitelistErasure.findGoneActor(null);
    if (actor === null) return;
    await whitelistErasure.forgetActor(null, actor);
    if (!(await mayGoOn())) return;
  }
}
