import pg from "pg";
import { createBareTokens } from "../anchors/bare-tokens.js";
import type { AnchorPlace, Place } from "../loads/load.js";
import { addAccounts } from "../people/accounts.js";
import { addNumbers } from "../people/numbers.js";
import { bareSessions, type Sessions, serviceSessions, type Tokens } from "../people/sessions.js";
import { atEnd } from "./at-end.js";
import type { Program } from "./program.js";
import { builtService, createSettings, type Settings, startAnchor, startService } from "./service.js";
import type { Stores } from "./stores.js";

/** Accounts that are signed in. */
const MEMBERS = 512;

/** Calls `work` once, and returns its result every time. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/**
 * Issues access tokens by renewing the sessions in turn. It returns the tokens from before: the newest one of a session
 * would have the service note that its refresh token has arrived.
 */
function createIssuer(sessions: Sessions, signIn: () => Promise<Tokens[]>): Place["accessTokens"] {
  let members: Tokens[] = [];
  return async (count) => {
    if (members.length === 0) members = await signIn();
    const issued: string[] = [];
    while (issued.length < count) {
      const due = members.splice(0, count - issued.length);
      members.push(...(await sessions.renew(due)));
      issued.push(...due.map(({ access }) => access));
    }
    return issued;
  };
}

async function createPlace(
  program: Program,
  settings: Settings,
  createSessions: (database: pg.Client) => Sessions,
): Promise<Place> {
  const database = new pg.Client(settings.DATABASE_URL);
  await database.connect();
  atEnd(() => database.end());
  const sessions = createSessions(database);
  const signIn: Place["signIn"] = async (count, options) =>
    sessions.open(await addAccounts(database, count, options));
  return {
    program,
    settings,
    database,
    signIn,
    accessTokens: createIssuer(sessions, () => signIn(MEMBERS)),
    listNumbers: once(() => addNumbers(database)),
    tidy: async () => void (await database.query("VACUUM ANALYZE")),
  };
}

/** A service that is measured. */
export interface Checkout {
  name: string;
  /** A built checkout. */
  folder: string;
  /** WORKERS; absent: one process, without a supervisor. */
  workers?: number | null;
  /** Further variables of its environment. */
  environment?: Readonly<Record<string, string>>;
  /** Who calls it, if not as many as usual without a pause. */
  callers?: Pick<Program, "callers" | "everyMs">;
}

/** Starts the service of a checkout, or `runnable` instead, with a database of its own. */
export async function openService(
  stores: Stores,
  { name, folder, workers, environment, callers }: Checkout,
  runnable = builtService(folder),
): Promise<Place> {
  const settings = await createSettings(stores, name, folder, workers);
  const started = await startService(runnable, settings, environment);
  const program = { ...started, ...callers };
  return createPlace(program, settings, () => serviceSessions(program.port));
}

/** Starts the bare server, with a database that this checkout has migrated. */
export async function openAnchors(stores: Stores): Promise<AnchorPlace> {
  const settings = await createSettings(stores, "anchors", ".");
  const tokens = createBareTokens(settings.TOKEN_SECRET);
  const program = await startAnchor("bare-server.ts", settings);
  const place = await createPlace(program, settings, (database) => bareSessions(database, tokens));
  return { ...place, start: startAnchor };
}
