import { expect } from "chai";
import { refreshSession } from "../../src/auth/refresh-session.js";
import type { AppContext } from "../../src/context.js";
import { DomainError } from "../../src/errors.js";
import type { TokenPair } from "../../src/sessions/token-pair.js";
import { addSeconds, systemClock } from "../../src/system/clock.js";
import { type SeededRandom, seededRandom } from "../support/seeded-random.js";
import { signedIn, type TestContext, useTestContext } from "../support/test-context.js";

// Phones on a bad network, and thieves: test/trials/refresh-fuzz.trial.ts without network and servers, in which days
// pass. TRIAL_SEED chooses another run.

const SEED = process.env.TRIAL_SEED || "refresh";
const SESSIONS = 60;
const STEPS = 50;
const GRACE_SECONDS = 10;
/** Seconds that pass after a step. A day passes rarely, so that no session expires unused. */
const PAUSES = [0, 0, 1, 3, 8, 15, 60, 3600];
const LONG_PAUSES = [...PAUSES, 86_400];

const counts = { calls: 0, lost: 0, doubled: 0, delayed: 0, late: 0, profiles: 0 };

/** A request that the network delays, or a database that hangs. */
interface Delayed {
  refresh: string;
  /** When it is received, in seconds of the run. */
  receivedAt: number;
  /** The step in which its statement runs, which may be much later. */
  step: number;
}

/** The service, with the time of the run. */
interface World {
  context: TestContext;
  processes: readonly AppContext[];
  /** Seconds that have passed in the run. */
  now: number;
}

async function passTime(world: World, seconds: number): Promise<void> {
  world.now += seconds;
  await world.context.passTime(seconds);
}

/** Uses a refresh token, received at `receivedAt` or now; null if it is refused. */
async function refresh(world: World, random: SeededRandom, token: string, receivedAt = world.now) {
  counts.calls += 1;
  const age = Math.max(0, world.now - receivedAt);
  const clock = { now: () => addSeconds(systemClock.now(), -age) };
  try {
    return await refreshSession({ ...random.pick(world.processes), clock }, { refresh: token });
  } catch (error) {
    if (error instanceof DomainError && error.reason === "REFRESH_REJECTED") return null;
    throw error;
  }
}

async function readProfile({ processes }: World, random: SeededRandom, { access }: TokenPair): Promise<void> {
  counts.profiles += 1;
  // An expired token is refused before its session is read.
  await random
    .pick(processes)
    .verifyAccessToken(access, "192.0.2.1")
    .catch(() => undefined);
}

interface Phone {
  random: SeededRandom;
  tokens: TokenPair;
  delayed: Delayed[];
  isSignedOut: boolean;
}

/** Sends one or two requests at once, and perhaps a copy that is delayed. The phone takes one response, or none. */
async function refreshPhone(world: World, phone: Phone, step: number): Promise<void> {
  const { random, tokens } = phone;
  const copies = random.once(5) ? 2 : 1;
  counts.doubled += copies - 1;
  if (random.once(4)) {
    const receivedAt = world.now + random.integer(GRACE_SECONDS - 2);
    phone.delayed.push({ refresh: tokens.refresh, receivedAt, step: step + 1 + random.integer(2) });
    counts.delayed += 1;
  }
  const work = Array.from({ length: copies }, () => refresh(world, random, tokens.refresh));
  const responses = await Promise.all(work);
  if (responses.includes(null)) phone.isSignedOut = true;
  const isLost = random.once(3);
  counts.lost += isLost ? 1 : 0;
  phone.tokens = (!isLost && responses[0]) || tokens;
}

async function stepPhone(world: World, phone: Phone, step: number): Promise<void> {
  if (phone.isSignedOut) return;
  const due = phone.delayed.filter((each) => each.step === step);
  counts.late += due.filter(({ receivedAt }) => receivedAt < world.now).length;
  await Promise.all(due.map((each) => refresh(world, phone.random, each.refresh, each.receivedAt)));
  if (phone.random.once(3)) await readProfile(world, phone.random, phone.tokens);
  else await refreshPhone(world, phone, step);
}

interface Thief {
  phone: Phone;
  random: SeededRandom;
  /** The step in which it copies the phone's tokens. */
  step: number;
  tokens: TokenPair | null;
  /** Whether it presents access tokens to this service; otherwise only elsewhere. */
  usesAccessHere: boolean;
  isFoundOut: boolean;
}

async function useStolen(world: World, thief: Thief): Promise<void> {
  if (!thief.tokens) return;
  const next = await refresh(world, thief.random, thief.tokens.refresh);
  thief.isFoundOut ||= next === null;
  thief.tokens = next ?? thief.tokens;
  if (thief.usesAccessHere) await readProfile(world, thief.random, thief.tokens);
}

async function stepThief(world: World, thief: Thief, step: number): Promise<void> {
  if (step === thief.step) thief.tokens = thief.phone.tokens;
  if (thief.random.once(4)) await useStolen(world, thief);
}

/** Lets both sides of each theft use what they hold, in turn. */
async function useInTurn(world: World, thieves: readonly Thief[]): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await passTime(world, GRACE_SECONDS + 5);
    const use = async (thief: Thief) => {
      if (turn % 2 === 1) return useStolen(world, thief);
      const { phone } = thief;
      phone.tokens = (await refresh(world, phone.random, phone.tokens.refresh)) ?? phone.tokens;
    };
    await Promise.all(thieves.map(use));
  }
}

async function runSteps(world: World, phones: readonly Phone[], thieves: readonly Thief[]): Promise<void> {
  const random = seededRandom(`${SEED} pauses`);
  for (let step = 0; step < STEPS; step += 1) {
    await Promise.all(phones.map((phone) => stepPhone(world, phone, step)));
    await Promise.all(thieves.map((thief) => stepThief(world, thief, step)));
    for (const { sessionTouches } of world.processes) await sessionTouches.settle();
    await passTime(world, random.pick(step % 4 === 0 ? LONG_PAUSES : PAUSES));
  }
}

describe("phones on a bad network", () => {
  const context = useTestContext();

  it(`are never signed out, and no thief stays hidden (seed ${SEED})`, async () => {
    const world: World = { context, processes: [context.app, context.anotherProcess()], now: 0 };
    await passTime(world, 0);
    const newPhone = async (_: unknown, index: number): Promise<Phone> => {
      const { tokens } = await signedIn(context);
      return { random: seededRandom(`${SEED} phone ${index}`), tokens, delayed: [], isSignedOut: false };
    };
    const phones = await Promise.all(Array.from({ length: SESSIONS }, newPhone));
    const thieves = phones.slice(0, SESSIONS / 3).map((phone, index): Thief => {
      const random = seededRandom(`${SEED} thief ${index}`);
      const [step, usesAccessHere] = [random.integer(STEPS), random.once(2)];
      return { phone, random, step, tokens: null, usesAccessHere, isFoundOut: false };
    });
    const honest = phones.slice(thieves.length);

    await runSteps(world, phones, thieves);
    expect(honest.filter((phone) => phone.isSignedOut)).to.have.length(0);
    const last = await Promise.all(
      honest.map(({ random, tokens }) => refresh(world, random, tokens.refresh)),
    );
    expect(last).not.to.include(null);

    const found = thieves.filter((thief) => thief.isFoundOut || thief.phone.isSignedOut);
    expect(found).not.to.have.length(0);
    await useInTurn(world, thieves);
    for (const { phone, tokens, random } of thieves) {
      expect(await refresh(world, random, phone.tokens.refresh)).to.equal(null);
      expect(await refresh(world, random, tokens!.refresh)).to.equal(null);
    }
    // Every fault took place.
    expect(Object.values(counts)).not.to.include(0);
  });
});
