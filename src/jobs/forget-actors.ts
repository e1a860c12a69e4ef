import type { WhitelistErasure } from "../whitelist/whitelist-erasure.js";

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
