import { activate } from "./activate.js";
import { empty } from "./empty.js";
import type { Group } from "./load.js";
import { login } from "./login.js";
import { profile } from "./profile.js";
import { refresh } from "./refresh.js";
import { stormGroup } from "./storm.js";
import { exportNumbers, importNumbers } from "./whitelist.js";

/** All loads. */
export const groups: readonly Group[] = [
  empty,
  profile,
  refresh,
  activate,
  login,
  importNumbers,
  exportNumbers,
  stormGroup,
];
