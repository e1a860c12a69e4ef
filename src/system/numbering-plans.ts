import { createRequire } from "node:module";

type NumberingPlans = typeof import("libphonenumber-js/max");

const load = createRequire(import.meta.url);
let plans: NumberingPlans | undefined;

/**
 * libphonenumber with all numbering plans. It is loaded at the first call, because it takes 50 ms and 11 MB, and is only
 * needed if DEFAULT_REGION or PHONE_POLICY is set.
 */
export function numberingPlans(): NumberingPlans {
  plans ??= load("libphonenumber-js/max") as NumberingPlans;
  return plans;
}
