import type { Catalogue } from "../fr/catalogue.js";
import { accounts } from "./accounts.js";
import { common } from "./common.js";
import { overview } from "./overview.js";
import { signIn } from "./sign-in.js";
import { transfer } from "./transfer.js";
import { whitelist } from "./whitelist.js";

export const en: Catalogue = { common, signIn, overview, whitelist, transfer, accounts };
