import type pg from "pg";
import type { Subject } from "../measure/slice.js";
import type { Tokens } from "../people/sessions.js";
import type { Program } from "../servers/program.js";
import type { Settings } from "../servers/service.js";

/** A server, with the database and the people that it has for itself. */
export interface Place {
  program: Program;
  settings: Settings;
  database: pg.Client;
  /** Returns access tokens of some hundred accounts that nobody has used yet. */
  accessTokens(count: number): Promise<string[]>;
  /** Puts numbers on the whitelist, always the same ones. */
  listNumbers(): Promise<void>;
  /** Signs in accounts that nobody else uses. */
  signIn(count: number, options?: { isSuperuser: boolean }): Promise<Tokens[]>;
  /** Does what autovacuum would do: removes dead rows and updates the planner's statistics. */
  tidy(): Promise<void>;
}

/** The place of the bare server, and of all other anchors. */
export interface AnchorPlace extends Place {
  /** Starts another program of `bench/anchors`. */
  start(file: string): Promise<Program>;
}

/**
 * What of a load is compared with its anchors: the CPU time of the server, that of server, PostgreSQL and Redis together,
 * and the median latency.
 */
export type Measure = "server" | "all" | "p50";

/** Calls to the service. */
export interface Load {
  name: string;
  measures: readonly Measure[];
  /** The anchors of its group that it is compared with. */
  anchors: readonly string[];
  connect(place: Place): Promise<Subject>;
}

/** What the service's calls can't cost less than. */
interface Anchor {
  name: string;
  connect(place: AnchorPlace): Promise<Subject>;
}

/** Loads that share their anchors. */
export interface Group {
  /** Its name in `--only`. */
  name: string;
  loads: readonly Load[];
  anchors: readonly Anchor[];
}
