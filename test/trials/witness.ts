import { readFileSync } from "node:fs";
import { get } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { RunningService } from "../support/running-service.js";

/** What a well-behaved client has seen during a time. */
export interface Sight {
  /** Calls that were answered with 200. */
  answered: number;
  /** Calls that were refused, cut or not answered in time. */
  missed: number;
  /** Median, 99th percentile and longest time of the answered calls (ms). */
  medianMs: number;
  p99Ms: number;
  longestMs: number;
  /** The times of all answered calls, the shortest first (ms). */
  times: readonly number[];
}

/** A client that calls the service all the time, as an app would. */
export interface Witness {
  /** Watches while `work` runs, with at least one call. */
  during(work: () => Promise<unknown>): Promise<Sight>;
  /** Resolves with the milliseconds until a call is answered; rejects if none is within `deadlineMs`. */
  untilAnswered(deadlineMs: number): Promise<number>;
}

/** Time between two calls, and time after which a call has failed. */
const PAUSE_MS = 50;
const TIMEOUT_MS = 30_000;

/** A witness that reads the profile behind `access`, each time on a new connection from an address of its own. */
export function createWitness(service: RunningService, access: string): Witness {
  function readProfile(): Promise<boolean> {
    return new Promise((resolve) => {
      const options = {
        host: "127.0.0.1",
        port: service.port,
        path: "/api/auth/profile/",
        localAddress: "127.0.0.2",
        agent: false,
        timeout: TIMEOUT_MS,
        headers: { Authorization: `Bearer ${access}` },
      } as const;
      const request = get(options, (response) => {
        text(response).then(
          () => resolve(response.statusCode === 200),
          () => resolve(false),
        );
      });
      request.on("timeout", () => request.destroy());
      request.on("error", () => resolve(false));
    });
  }

  async function during(work: () => Promise<unknown>): Promise<Sight> {
    const times: number[] = [];
    let missed = 0;
    let isOver = false;
    const watch = async () => {
      do {
        const start = performance.now();
        if (await readProfile()) times.push(performance.now() - start);
        else missed += 1;
        await delay(PAUSE_MS);
      } while (!isOver);
    };
    const watching = watch();
    await work().finally(() => {
      isOver = true;
    });
    await watching;
    return sightOf(times, missed);
  }

  return {
    during,
    async untilAnswered(deadlineMs) {
      const start = performance.now();
      while (!(await readProfile())) {
        if (performance.now() - start > deadlineMs) throw new Error(`no answer within ${deadlineMs} ms`);
        await delay(PAUSE_MS);
      }
      return Math.round(performance.now() - start);
    },
  };
}

function sightOf(unordered: readonly number[], missed: number): Sight {
  const times = unordered.toSorted((a, b) => a - b);
  const at = (index: number) => Math.round(times[index] ?? Number.NaN);
  return {
    answered: times.length,
    missed,
    medianMs: at(Math.floor(times.length / 2)),
    p99Ms: at(Math.ceil(times.length * 0.99) - 1),
    longestMs: at(times.length - 1),
    times,
  };
}

/** What the client has seen during several times together. */
export function together(sights: readonly Sight[]): Sight {
  const missed = sights.reduce((sum, sight) => sum + sight.missed, 0);
  return sightOf(
    sights.flatMap(({ times }) => times),
    missed,
  );
}

/** Resident memory of a process, in MiB. Linux only. */
export function residentMiB(pid: number): number {
  const [, kibibytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kibibytes) / 1024);
}
