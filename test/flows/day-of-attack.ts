import { expect } from "chai";
import { activate } from "../../src/auth/activate.js";
import { login } from "../../src/auth/login.js";
import { register } from "../../src/auth/register.js";
import { resendCode } from "../../src/auth/resend-code.js";
import { requestPasswordReset } from "../../src/auth/reset-password.js";
import type { AppContext } from "../../src/context.js";
import { DomainError } from "../../src/errors.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { recordSecret } from "../support/log.js";
import { seededRandom } from "../support/seeded-random.js";
import { activeUser, person, type TestContext, testPassword } from "../support/test-context.js";

/** A budget that the attack uses up, over all and not by country or address: the attackers have many of both. */
export const ATTACKED_SMS_BUDGET = "total=30/hour,200/day;country=1000/hour;address=1000/hour";
const DAILY_MESSAGES = 200;
/** What callers other than owners may use of it. */
const ORDINARY = { hour: 24, day: 160 };

const HOME = "198.51.100.7";
const STEP_SECONDS = 600;
const STEPS_PER_HOUR = 3600 / STEP_SECONDS;
const HOURS = 24;
/** When the owner asks for a password reset: strangers have used up the number's codes and the budget by then. */
const RESET_HOURS = [6, 12, 23];

/** 1,000 addresses in 300 networks. */
const ADDRESSES = Array.from({ length: 1000 }, (_, index) => {
  const network = index % 300;
  return `10.${network >> 8}.${network & 255}.${1 + Math.floor(index / 300)}`;
});

const numbers = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `+2376${prefix}${String(index).padStart(6, "0")}`);
/** Always the same, because two numbers may share a count of wrong passwords: which ones do depends on the numbers. */
const ACCOUNT = "+237600000001";
/** Numbers that wait for their owners to activate them, and whitelisted numbers that the attackers register. */
const WAITING = numbers("10", 8);
const FREE = numbers("20", 12);

interface DayOfAttack {
  /** The same seed makes the same calls. They run at once, so it may differ which of them come first. */
  seed: string;
  /** Passwords tried at the account. */
  guesses: number;
  /** Password resets asked for by strangers. */
  resets: number;
  /** Numbers without an account and not on the whitelist. Each gets a password and another call. */
  numbers: number;
}

/** Counts by a text. */
function tally() {
  const counts = new Map<string, number>();
  return {
    add: (key: string, count = 1) => counts.set(key, (counts.get(key) ?? 0) + count),
    of: (key: string) => counts.get(key) ?? 0,
    max: () => Math.max(0, ...counts.values()),
  };
}

/** What the attackers got. */
function createFigures() {
  return {
    calls: 0,
    /** Passwords compared, by number. */
    passwords: tally(),
    /** Activation attempts compared, by number: of callers who are named, and of others. */
    named: tally(),
    other: tally(),
    /** Those of others, by number and how many codes it was sent before. */
    betweenSends: tally(),
    /** Messages that left, by step. */
    sent: [] as number[],
    ownerSignIns: 0,
    ownerResets: 0,
  };
}
type Figures = ReturnType<typeof createFigures>;

/** A process that the attackers call. It compares passwords at no cost, and counts every comparison. */
function attacked(app: AppContext, context: TestContext, figures: Figures): AppContext {
  // The attackers' passwords begin with the number that they are for. None of them is right.
  const compared = (password: string) => figures.passwords.add(password.split(" ", 1)[0]!);
  return {
    ...app,
    hasher: {
      ...app.hasher,
      hash: async () => "no hash",
      async verify(_hash, password) {
        compared(password);
        return { ok: false, needsRehash: false };
      },
      verifyNothing: async (password) => void compared(password),
    },
    activationAttempts: {
      ...app.activationAttempts,
      async count(tx, attempt) {
        const result = await app.activationAttempts.count(tx, attempt);
        if (result.kind !== "counted") return result;
        const { phone } = attempt;
        (result.isNamed ? figures.named : figures.other).add(phone);
        if (!result.isNamed) figures.betweenSends.add(`${phone} ${context.outbox.to(phone).length}`);
        return result;
      },
    },
  };
}

/** A registration that an attacker made. */
interface Own {
  phone: string;
  registration: string;
  callerAddress: string;
}

const times = <T>(length: number, make: () => T): T[] => Array.from({ length }, make);
const isFullHour = (step: number) => step % STEPS_PER_HOUR === 0;
/** Every other hour the attackers ask for codes and guess them: the budget of an hour covers five minutes more. */
const isWave = (step: number) => step % (2 * STEPS_PER_HOUR) === 0;

/** Shares `total` among the steps of the day: how many are due at `step`. */
const due = (total: number, step: number) => {
  const steps = HOURS * STEPS_PER_HOUR;
  return Math.floor((total * (step + 1)) / steps) - Math.floor((total * step) / steps);
};

/** Attacks an account and other numbers for 24 hours, in which the account's owner signs in every hour. */
export async function attackForADay(context: TestContext, day: DayOfAttack) {
  const { clock, outbox } = context;
  const random = seededRandom(day.seed);
  const figures = createFigures();
  const processes = [context.app, context.anotherProcess()].map((app) => attacked(app, context, figures));
  const anyProcess = () => random.pick(processes);
  // Every address attacks before one does again.
  const offset = random.integer(ADDRESSES.length);
  let used = 0;
  const nextAddress = () => ADDRESSES[(offset + used++ * 7) % ADDRESSES.length]!;

  /** A call of an attacker, who expects a refusal. Any other error fails the day. */
  async function call<T>(
    work: (app: AppContext, callerAddress: string) => T | Promise<T>,
  ): Promise<T | null> {
    figures.calls += 1;
    try {
      return await work(anyProcess(), nextAddress());
    } catch (error) {
      if (error instanceof DomainError && error.reason !== "OVERLOADED") return null;
      throw error;
    }
  }
  const guess = (phone: string) =>
    call((app, address) => login(app, { phone, password: `${phone} ${random.integer(1e9)}`, address }));
  const reset = (phone: string) =>
    call((app, callerAddress) => requestPasswordReset(app, { phone, callerAddress }));
  /** A code that the number was not sent: one guess in a million would be right, and fail the test. */
  function wrongCode(phone: string): string {
    const sent = outbox.to(phone).flatMap((message) => ("code" in message ? [message.code] : []));
    for (;;) {
      const code = String(random.integer(1e6)).padStart(6, "0");
      if (!sent.includes(code)) return code;
    }
  }
  const guessCode = (phone: string) =>
    call((app, callerAddress) =>
      activate(app, { phone, code: wrongCode(phone), registration: "", callerAddress }),
    );
  const resend = (phone: string) =>
    call((app, callerAddress) => resendCode(app, { phone, registration: "", callerAddress }));

  /** The attackers' own registrations, and the calls that carry them. */
  const registrations: Own[] = [];
  const registers = (phone: string) =>
    call(async (app, callerAddress) => {
      const { registration } = await register(app, { ...person, phone, callerAddress });
      if (registration) registrations.push({ phone, registration, callerAddress });
    });
  const guessOwnCode = (own: Own) => call((app) => activate(app, { ...own, code: wrongCode(own.phone) }));
  const resendOwn = (own: Own) => call((app) => resendCode(app, own));

  const unlisted = numbers("30", day.numbers);
  /** Calls for codes; they leave before any code is guessed, so that each guess is known to follow a send. */
  async function askForCodes(step: number, sprayed: readonly string[]): Promise<void> {
    await Promise.all([
      ...times(due(day.resets, step), () => reset(account.phone)),
      ...(isWave(step) ? WAITING : []).map(resend),
      // One number more often than the others, so that it is sent all its codes.
      ...(isWave(step) ? [...times(3, () => FREE[0]!), ...FREE] : []).map(registers),
      ...(isWave(step) ? registrations.slice(-2) : []).map(resendOwn),
      ...sprayed.map((phone) => random.pick([registers, resend, reset])(phone)),
    ]);
    await context.settle();
  }
  /** Guesses passwords and codes, while the owner signs in at the full hour. */
  async function makeGuesses(step: number, sprayed: readonly string[]): Promise<void> {
    const waiting = isWave(step) ? times(6, () => WAITING).flat() : [];
    const own = isWave(step) ? times(6, () => registrations.slice(-2)).flat() : [];
    await Promise.all([
      ...times(due(day.guesses, step), () => guess(account.phone)),
      ...waiting.map(guessCode),
      ...own.map(guessOwnCode),
      ...sprayed.flatMap((phone) => [guess(phone), ...(random.once(2) ? [guessCode(phone)] : [])]),
      // One number without an account gets as many passwords as the account.
      ...times(due(day.guesses, step), () => guess(unlisted[0]!)),
      ...(isFullHour(step) ? [ownerSignsIn(step / STEPS_PER_HOUR)] : []),
    ]);
    await context.settle();
  }

  const account = await activeUser(context, ACCOUNT);
  const signIn = (address: string, device = "") =>
    login(context.app, { phone: account.phone, password: testPassword, address, device });
  clock.advance(1);
  let { device } = await signIn(HOME);
  recordSecret(device);
  async function ownerSignsIn(hour: number): Promise<void> {
    await signIn(HOME);
    ({ device } = await signIn(`192.0.2.${hour + 1}`, device));
    recordSecret(device);
    figures.ownerSignIns += 2;
  }
  async function ownerAsksForReset(): Promise<void> {
    const before = outbox.to(account.phone).length;
    requestPasswordReset(context.app, { phone: account.phone, callerAddress: HOME });
    await context.settle();
    figures.ownerResets += outbox.to(account.phone).length - before;
  }

  for (const phone of [...WAITING, ...FREE]) {
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
  }
  // The activation of the account counts no longer.
  clock.advance(90_000);
  const before = outbox.messages.length;
  for (const [index, phone] of WAITING.entries()) {
    await register(context.app, { ...person, phone, callerAddress: `203.0.${index}.113` });
  }
  let spread = 0;
  for (let step = 0; step < HOURS * STEPS_PER_HOUR; step += 1) {
    const sprayed = unlisted.slice(spread, spread + due(unlisted.length, step));
    spread += sprayed.length;
    await askForCodes(step, sprayed);
    await makeGuesses(step, sprayed);
    if (RESET_HOURS.includes(step / STEPS_PER_HOUR)) await ownerAsksForReset();
    figures.sent.push(outbox.messages.length - before - sum(figures.sent));
    clock.advance(STEP_SECONDS);
  }
  const codesTo = (phone: string) =>
    outbox.to(phone).filter((message) => message.kind === "activation" || message.kind === "verification");
  return {
    ...figures,
    account: account.phone,
    unlisted: unlisted[0]!,
    // Without the activation code from the day before.
    codesToAccount: codesTo(account.phone).length - 1,
    codesToOthers: [...WAITING, ...FREE].map((phone) => codesTo(phone).length),
    refused: new Set(
      context.refusals.map((each) => ("period" in each ? `${each.budget} ${each.period}` : each.kind)),
    ),
  };
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/**
 * Checks what was promised for a day of attack, and that the attack was strong enough to reach the limits. Returns the
 * figures in words.
 */
export function expectHeld(day: Awaited<ReturnType<typeof attackForADay>>): string {
  expect(day.passwords.of(day.account), "passwords compared for the account").to.equal(100);
  expect(day.passwords.of(day.unlisted), "passwords compared for a number without one").to.equal(100);
  expect(day.passwords.max(), "passwords compared for a number").to.equal(100);

  expect(day.betweenSends.max(), "attempts of others between two codes").to.equal(5);
  expect(day.other.max(), "attempts of others at a number").to.equal(25);
  expect(day.named.max(), "attempts of named callers at a number").to.be.within(5, 50);

  expect(day.ownerSignIns, "sign-ins of the owner").to.equal(2 * HOURS);
  expect(day.ownerResets, "codes to the owner").to.equal(RESET_HOURS.length);
  expect(day.codesToAccount - day.ownerResets, "codes that strangers sent to the account").to.equal(7);
  expect(Math.max(...day.codesToOthers), "codes to another number").to.equal(10);

  const hours = day.sent.map((_, step) => sum(day.sent.slice(step, step + STEPS_PER_HOUR)));
  const busiestHour = Math.max(...hours);
  expect([...day.refused].sort()).to.deep.equal(["total day", "total hour"]);
  // One of them to the owner.
  expect(busiestHour, "messages in an hour").to.be.at.most(ORDINARY.hour + 1);
  // The owner's last codes leave when others may send no more.
  expect(sum(day.sent), "messages in the day").to.be.within(ORDINARY.day + 1, DAILY_MESSAGES);
  expect(sum(day.sent) - day.ownerResets, "messages of others in the day").to.be.at.most(ORDINARY.day);
  return [
    `${day.calls} calls`,
    `${sum(day.sent)} messages, ${busiestHour} in the busiest hour`,
    `attempts at a number: ${day.named.max()} named, ${day.other.max()} others`,
  ].join("; ");
}
