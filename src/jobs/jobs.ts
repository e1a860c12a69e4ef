import { type DeleteExpiredDeps, deleteExpired } from "./delete-expired.js";
import { type EraseDueDeps, eraseDue } from "./erase-due.js";
import { type ForgetActorsDeps, forgetActors } from "./forget-actors.js";
import { type MoveUnprovedDeps, moveUnproved } from "./move-unproved.js";
import type { Job } from "./run-jobs.js";

export type JobsDeps = DeleteExpiredDeps & MoveUnprovedDeps & EraseDueDeps & ForgetActorsDeps;

/**
 * The recurring jobs. The keys of access tokens are none of them: every process reads these once a second anyway, and acts
 * under their lock when something is due (signing-keys/follow-keys.ts).
 */
export function createJobs(deps: JobsDeps): Job[] {
  return [
    { name: "delete_expired", run: (mayGoOn) => deleteExpired(deps, mayGoOn) },
    { name: "move_unproved", run: () => moveUnproved(deps) },
    { name: "erase_leaving", run: (mayGoOn) => eraseDue(deps, mayGoOn) },
    { name: "forget_actors", run: (mayGoOn) => forgetActors(deps, mayGoOn) },
  ];
}
