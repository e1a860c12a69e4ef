import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks per second in /proc, the same on every Linux. */
const TICKS_PER_SECOND = 100;
const MS_PER_TICK = 1000 / TICKS_PER_SECOND;
const NS_PER_MS = 1_000_000;

/** One line of /proc/<pid>/stat. Times are in milliseconds, in steps of a clock tick. */
interface ProcessStat {
  pid: number;
  parent: number;
  /** CPU time of its threads, with those that have ended. */
  ownMs: number;
  /** CPU time of its children that have ended and that it waited for, with theirs. */
  endedChildrenMs: number;
}

/**
 * Reads a line of /proc/<pid>/stat. The name of the program, in brackets, may contain spaces and brackets itself.
 */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const ticks = (index: number) => Number(fields[index]) * MS_PER_TICK;
  return {
    pid: Number.parseInt(line, 10),
    parent: Number(fields[1]),
    ownMs: ticks(11) + ticks(12),
    endedChildrenMs: ticks(13) + ticks(14),
  };
}

/** Null if the file has gone, because its process or thread has ended. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}

function processes(): ProcessStat[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const line = readIfThere(`/proc/${pid}/stat`);
      return line === null ? [] : [parseStat(line)];
    });
}

/** CPU time (ms) of the threads that a process has now, to the nanosecond. */
function threadsMs(pid: number): number {
  const folder = `/proc/${pid}/task`;
  let ids: string[];
  try {
    ids = readdirSync(folder);
  } catch {
    return 0;
  }
  const times = ids.map((id) => Number.parseInt(readIfThere(`${folder}/${id}/schedstat`) ?? "0", 10));
  return times.reduce((sum, time) => sum + time, 0) / NS_PER_MS;
}

/** The process with the id `root` and all its descendants, of `all` processes. */
function treeOf(root: number, all: readonly ProcessStat[]): ProcessStat[] {
  const tree = all.filter(({ pid }) => pid === root);
  // Grows while it is walked.
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/**
 * CPU time (ms) that each of the processes has used, together with its descendants: all threads, all children, and those
 * that have ended and that their parent waited for. Ended threads and children count in steps of a clock tick (10 ms),
 * everything else exactly.
 */
export function treesCpuMs(roots: readonly number[]): number[] {
  const all = processes();
  return roots.map((root) =>
    treeOf(root, all)
      .map(({ pid, ownMs, endedChildrenMs }) => Math.max(threadsMs(pid), ownMs) + endedChildrenMs)
      .reduce((sum, time) => sum + time, 0),
  );
}

/** `treesCpuMs` of one process. */
export function treeCpuMs(root: number): number {
  return treesCpuMs([root])[0]!;
}

/**
 * CPU time (ms) that all programs of the machine have used, and other machines on the same hardware have taken from it, in
 * steps of a clock tick.
 */
export function machineCpuMs(stat = readFileSync("/proc/stat", "latin1")): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = stat
    .slice(0, stat.indexOf("\n"))
    .split(/ +/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softIrq + steal) * MS_PER_TICK;
}

/** Memory (MB) of a process and its descendants that is in RAM. */
export function treeRssMb(root: number): number {
  return (
    treeOf(root, processes())
      .map(({ pid }) =>
        Number(/^VmRSS:\s+(\d+) kB$/m.exec(readIfThere(`/proc/${pid}/status`) ?? "")?.[1] ?? 0),
      )
      .reduce((sum, kb) => sum + kb, 0) / 1024
  );
}

/** The parent of a process; NaN if the process has ended. */
export function parentOf(pid: number): number {
  const line = readIfThere(`/proc/${pid}/stat`);
  return line === null ? Number.NaN : parseStat(line).parent;
}
