import { setTimeout as delay } from "node:timers/promises";
import { decodeJwt } from "jose";
import type { Tokens } from "../support/rest-calls.js";
import type { RunningService } from "../support/running-service.js";
import type { SeededRandom } from "../support/seeded-random.js";

/** What happened in a run. */
export interface Counts {
  calls: number;
  /** Responses that the phone did not get, of calls that were answered. */
  lost: number;
  doubled: number;
  delayed: number;
  /** Calls without an answer, or with status 429 or 503. */
  failed: number;
}

/** The processes that serve now, and the counts. */
export interface Network {
  services: readonly RunningService[];
  counts: Counts;
}

/** A phone or a thief. */
export interface Holder {
  random: SeededRandom;
  tokens: Tokens;
  /** Its address, by which the service counts its calls. */
  address: string;
  /** Says which of its calls was refused, once one is, and what led to it. */
  refused: string | null;
  /** Its latest refreshes: when each was sent (ms), its token and its result. */
  history: string[];
}

/** After this time (ms) a phone gives a call up. The service may still be working on it. */
const PATIENCE_MS = 4000;
/** The network delays a request by at most this (ms), so that it arrives within the grace period of 10 s. */
const LONGEST_DELAY_MS = 5000;
const PAST_GRACE_MS = 11_000;

/**
 * A random pause between two steps (ms): usually short, sometimes longer than the grace period. No phone uses more than
 * the eight tokens that a session remembers before the network has delivered a copy of its first request.
 */
function pauseMs(random: SeededRandom): number {
  return random.once(14) ? PAST_GRACE_MS + random.integer(3000) : 800 + random.integer(4000);
}

/** Calls one of the processes. Null if the call failed; then nobody knows whether it had an effect. */
async function call(network: Network, holder: Holder, path: string, init: RequestInit) {
  network.counts.calls += 1;
  const { port } = holder.random.pick(network.services);
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/auth/${path}/`, {
      ...init,
      headers: { ...init.headers, "X-Forwarded-For": holder.address },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body = (await response.json()) as Tokens;
    if (response.status !== 429 && response.status !== 503) return { status: response.status, body };
  } catch {
    // The process was killed, or the call took too long.
  }
  network.counts.failed += 1;
  return null;
}

/** The start of a refresh token's id. */
function nameOf(refresh: string): string {
  return String(decodeJwt(refresh).jti).slice(0, 8);
}

/** Uses a refresh token. Null if the call failed or was refused, which `holder.refused` says. */
async function useToken(network: Network, holder: Holder, refresh: string): Promise<Tokens | null> {
  const sentAt = Math.round(performance.now());
  const response = await call(network, holder, "token/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ refresh }),
  });
  const successor = response?.status === 200 ? response.body : null;
  const result = successor ? nameOf(successor.refresh) : (response?.status ?? "failed");
  holder.history.push(`${sentAt} to ${Math.round(performance.now())}: ${nameOf(refresh)} -> ${result}`);
  if (response && !successor) holder.refused ??= ["a refresh", ...holder.history.slice(-20)].join("\n");
  return successor;
}

export async function readProfile(network: Network, holder: Holder): Promise<void> {
  const headers = { Authorization: `Bearer ${holder.tokens.access}` };
  const response = await call(network, holder, "profile", { headers });
  if (response !== null && response.status !== 200) holder.refused ??= `a profile (${response.status})`;
}

/** Sends a copy of a request later. */
async function sendCopy(network: Network, holder: Holder, refresh: string): Promise<void> {
  const start = performance.now();
  await delay(holder.random.integer(LONGEST_DELAY_MS));
  // On a machine that is too busy it would arrive after the grace period.
  if (performance.now() - start > LONGEST_DELAY_MS + 1000) return;
  network.counts.delayed += 1;
  await useToken(network, holder, refresh);
}

/** Refreshes with one request or two at once. The phone takes the first response, unless it is lost. */
async function refreshPhone(network: Network, phone: Holder, copies: Promise<void>[]): Promise<void> {
  const { random, tokens } = phone;
  const requests = random.once(8) ? 2 : 1;
  network.counts.doubled += requests - 1;
  if (random.once(8)) copies.push(sendCopy(network, phone, tokens.refresh));
  const responses = await Promise.all(
    Array.from({ length: requests }, () => useToken(network, phone, tokens.refresh)),
  );
  const received = responses.find((response) => response !== null);
  if (!received) return;
  if (random.once(6)) network.counts.lost += 1;
  else phone.tokens = received;
}

/** Uses a session in `steps` steps, or until it is refused. Calls `onStep` before each of them. */
export async function usePhone(
  network: Network,
  phone: Holder,
  steps: number,
  onStep: (step: number) => void = () => {},
): Promise<void> {
  const copies: Promise<void>[] = [];
  for (let step = 0; step < steps && phone.refused === null; step++) {
    onStep(step);
    await delay(pauseMs(phone.random));
    if (phone.random.once(3)) await readProfile(network, phone);
    else await refreshPhone(network, phone, copies);
  }
  await Promise.all(copies);
}

/** Repeats a refresh until it is answered. */
export async function refreshAtLast(network: Network, holder: Holder): Promise<void> {
  for (let attempt = 0; attempt < 20 && holder.refused === null; attempt++) {
    const next = await useToken(network, holder, holder.tokens.refresh);
    if (next) {
      holder.tokens = next;
      return;
    }
    await delay(500);
  }
  holder.refused ??= "twenty attempts";
}

/** Uses a stolen token now and then, until it is refused or the signal aborts. */
export async function useStolen(
  network: Network,
  thief: Holder,
  readsProfiles: boolean,
  end: AbortSignal,
): Promise<void> {
  while (!end.aborted && thief.refused === null) {
    await delay(pauseMs(thief.random) * 3, undefined, { signal: end }).catch(() => undefined);
    if (end.aborted) return;
    thief.tokens = (await useToken(network, thief, thief.tokens.refresh)) ?? thief.tokens;
    if (readsProfiles) await readProfile(network, thief);
  }
}

/** Lets the owner and the thief of each session use what they hold in turn, each after the grace period. */
export async function useInTurn(network: Network, sides: readonly (readonly [Holder, Holder])[]) {
  for (let turn = 0; turn < 4; turn++) {
    await delay(PAST_GRACE_MS);
    await Promise.all(sides.map((pair) => refreshAtLast(network, pair[turn % 2]!)));
  }
}
