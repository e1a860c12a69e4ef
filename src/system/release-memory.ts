import { setImmediate } from "node:timers/promises";

/**
 * Gives back the memory that only the start of the program needed, some 30 MB, by a garbage collection of 40 to 70 ms that
 * also shrinks the heap (docs/decisions/0030-start.md). Never rejects: where Node has no inspector, V8 does the same
 * later, once the program is idle.
 */
export async function releaseMemory(): Promise<void> {
  try {
    const { Session } = await import("node:inspector/promises");
    const session = new Session();
    session.connect();
    await session.post("HeapProfiler.collectGarbage");
    // The response comes from within the collection's task, for whose end a session that disconnects would wait forever.
    await setImmediate();
    session.disconnect();
  } catch {
    // There is no inspector.
  }
}
