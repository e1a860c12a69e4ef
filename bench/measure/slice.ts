import type { Stores } from "../servers/stores.js";
import { machineCpuMs, treesCpuMs } from "./cpu-time.js";

/** Calls that were made and answered. */
export interface Traffic {
  calls: number;
  /** Time of each call, or of each call of the kind that is looked at. */
  latenciesMs: number[];
}

/** Clients that are connected and make no calls yet. */
interface Session {
  /** Makes calls for about `durationMs`, and resolves when the last one is answered. Rejects if one fails. */
  run(durationMs: number): Promise<Traffic>;
  close(): Promise<void>;
}

/** One kind of calls to one server, the service or an anchor. */
export interface Subject {
  /** The process whose tree answers the calls. */
  pid: number;
  /** The length of its slices and their lead-in, if they are not those of the others. */
  sliceMs?: number;
  leadInMs?: number;
  /** Connects clients, and prepares what their calls use up. Not measured. */
  open(): Promise<Session>;
}

/** CPU time (ms) of one call. */
interface CallCost {
  server: number;
  postgres: number;
  redis: number;
}

/** Some tenths of a second of calls. */
export interface Slice {
  cost: CallCost;
  latenciesMs: number[];
  /** CPU time that other programs used meanwhile, in cores. */
  disturbance: number;
}

/** Calls before a slice: after a pause a server has small heaps and cold caches. */
const LEAD_IN_MS = 100;

/** What the machine, this process and the trees of `pids` have used so far (ms), after the time (ms). */
function readUsage(pids: readonly number[]): number[] {
  const { user, system } = process.cpuUsage();
  return [performance.now(), machineCpuMs(), (user + system) / 1000, ...treesCpuMs(pids)];
}

/** Makes calls for about `durationMs`, and measures what they cost. */
export async function measureSlice(subject: Subject, stores: Stores, durationMs: number): Promise<Slice> {
  const session = await subject.open();
  try {
    const { leadInMs = LEAD_IN_MS } = subject;
    if (leadInMs > 0) await session.run(leadInMs);
    const pids = [subject.pid, stores.postgresPid, stores.redisPid];
    const before = readUsage(pids);
    const { calls, latenciesMs } = await session.run(durationMs);
    const used = readUsage(pids).map((value, index) => value - before[index]!);
    const [elapsed = 0, machine = 0, client = 0, server = 0, postgres = 0, redis = 0] = used;
    return {
      cost: { server: server / calls, postgres: postgres / calls, redis: redis / calls },
      latenciesMs,
      disturbance: Math.max(0, machine - client - server - postgres - redis) / elapsed,
    };
  } finally {
    await session.close();
  }
}
