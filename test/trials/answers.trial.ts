import { pbkdf2Sync } from "node:crypto";
import { expect } from "chai";
import { newPhoneOfKind, type PhoneKind } from "../support/phone-kinds.js";
import { post } from "../support/rest-calls.js";
import { errorLines, type RunningService, runService } from "../support/running-service.js";
import { type SeededRandom, seededRandom, shuffled, trialSeed } from "../support/seeded-random.js";
import { generousLimits } from "../support/service.js";
import { activeUser, type TestContext, testPassword } from "../support/test-context.js";
import { compareTimes, rowOf } from "./paired-times.js";
import { runTrial } from "./trial.js";
import { startContext } from "./trial-context.js";

// Whether the time of a response tells strangers what kind of number they asked about: `npm run trials -- answers`, six
// minutes, or `answers/Login` for one measurement. Every round calls each kind once, in random order, and two classes of one
// kind as controls.

/** An active account, with a hash of ours or one taken over from Django, is a kind of its own where such hashes exist. */
type TimedKind = PhoneKind | "django";

interface Measurement {
  name: string;
  path: string;
  body: object;
  /** Kind of the numbers in both control classes. */
  control: TimedKind;
  /** Kinds that must take as long as the controls. */
  alike: readonly TimedKind[];
  /** Kinds whose response says what they are, so that the time says nothing more; measured to be shown. */
  told: readonly TimedKind[];
  rounds: number;
  /** Rounds that call one number. */
  callsPerPhone: number;
  /** Calls at once in a round, of which the last response counts. */
  atOnce?: number;
}

const MEASUREMENTS: readonly Measurement[] = [
  {
    name: "ResendCode",
    path: "resend-code",
    body: {},
    control: "unknown",
    alike: ["whitelisted", "waiting", "deactivated"],
    told: ["active"],
    rounds: 300,
    callsPerPhone: 5,
  },
  {
    name: "Activate",
    path: "activate",
    body: { code: "000000" },
    control: "unknown",
    // An attempt at a code that exists is counted before the response, and the sixth is told that it is locked.
    alike: ["whitelisted", "deactivated"],
    told: ["waiting", "active"],
    rounds: 300,
    // All are compared: the sixth would not be.
    callsPerPhone: 5,
  },
  {
    name: "Login",
    path: "login",
    body: { password: "Un-autre-secret-7" },
    control: "unknown",
    alike: ["whitelisted", "waiting", "active", "deactivated"],
    told: [],
    rounds: 80,
    callsPerPhone: 5,
  },
  {
    name: "RequestPasswordReset",
    path: "password/forgot",
    body: {},
    control: "unknown",
    alike: ["whitelisted", "waiting", "active", "deactivated", "leaving"],
    told: [],
    rounds: 300,
    callsPerPhone: 5,
  },
  {
    name: "RequestAccountDeletion",
    path: "account/delete/request",
    body: {},
    control: "unknown",
    alike: ["whitelisted", "waiting", "active", "deactivated", "leaving"],
    told: [],
    rounds: 300,
    callsPerPhone: 5,
  },
  {
    name: "Register",
    path: "register",
    body: { first_name: "Ada", last_name: "Doe", password: testPassword, password_confirm: testPassword },
    control: "whitelisted",
    alike: ["waiting"],
    told: ["unknown", "active", "deactivated"],
    rounds: 60,
    // The number waits afterwards.
    callsPerPhone: 1,
  },
];

const refusedLogin = {
  path: "login",
  control: "unknown",
  alike: ["waiting", "active", "django"],
  told: [],
} as const;

const WRONG_PASSWORD = "Brûlée-et-crème-7";

/** While accounts have hashes from Django. */
const DJANGO_MEASUREMENTS: readonly Measurement[] = [
  {
    ...refusedLogin,
    name: "LoginDjango",
    body: { password: WRONG_PASSWORD },
    rounds: 60,
    callsPerPhone: 5,
  },
  {
    ...refusedLogin,
    name: "LoginDjangoTwoForms",
    body: { password: WRONG_PASSWORD.normalize("NFD") },
    rounds: 60,
    callsPerPhone: 5,
  },
  {
    ...refusedLogin,
    name: "LoginDjangoAtOnce",
    body: { password: WRONG_PASSWORD.normalize("NFD") },
    rounds: 20,
    // Fewer than the 20 guesses that leave a line in the history.
    callsPerPhone: 2,
    atOnce: 8,
  },
];

/** Several times as costly as one of ours, and a tenth of Django's own, which would take half an hour. */
const DJANGO_ITERATIONS = 100_000;

function djangoHash(password: string): string {
  const key = pbkdf2Sync(password, "seasalt2", DJANGO_ITERATIONS, 32, "sha256");
  return `pbkdf2_sha256$${DJANGO_ITERATIONS}$seasalt2$${key.toString("base64")}`;
}

async function newDjangoPhone(context: TestContext): Promise<string> {
  const { id, phone } = await activeUser(context);
  await context.app.users.setPasswordHash(null, id, djangoHash(testPassword));
  return phone;
}

const ROUNDS_BEFORE = 10;

let calls = 0;

/** An address in a network (/24) of its own, so that no call counts with another. */
function newAddress(): string {
  calls += 1;
  return `11.${calls >> 8}.${calls & 255}.7`;
}

/** Numbers of a kind, one after the other; each is used `callsPerPhone` times. */
async function newPhones(context: TestContext, kind: TimedKind, { rounds, callsPerPhone }: Measurement) {
  const phones: string[] = [];
  const count = Math.ceil((ROUNDS_BEFORE + rounds) / callsPerPhone);
  const newPhone = kind === "django" ? newDjangoPhone : newPhoneOfKind[kind];
  while (phones.length < count) phones.push(await newPhone(context));
  return phones;
}

interface Timed {
  kind: TimedKind;
  phones: string[];
  times: number[];
}

async function call(
  service: RunningService,
  { path, body, atOnce = 1 }: Measurement,
  phone: string,
): Promise<number> {
  const addresses = Array.from({ length: atOnce }, newAddress);
  const start = performance.now();
  const responses = await Promise.all(
    addresses.map((address) => post(service, path, { ...body, phone }, "", address)),
  );
  const ms = performance.now() - start;
  for (const { status } of responses) expect(status).to.be.oneOf([200, 201, 400, 401]);
  return ms;
}

/** Calls every class once a round. The first rounds, which compile the code, don't count. */
async function measure(
  service: RunningService,
  measurement: Measurement,
  classes: readonly Timed[],
  random: SeededRandom,
): Promise<void> {
  for (let round = -ROUNDS_BEFORE; round < measurement.rounds; round += 1) {
    for (const { phones, times } of shuffled(classes, random)) {
      // In turn, so that calls for one number are far apart.
      const phone = phones[(round + ROUNDS_BEFORE) % phones.length]!;
      const ms = await call(service, measurement, phone);
      if (round >= 0) times.push(ms);
    }
  }
}

/** The rows of the table, and what fails. */
function judge(measurement: Measurement, [first, second, ...others]: readonly Timed[]) {
  if (!first || !second) throw new Error("a measurement has two controls");
  const control = [first.times, second.times] as const;
  const rows = [
    rowOf("control 1", compareTimes({ control: [second.times, second.times], times: first.times })),
    rowOf("control 2", compareTimes({ control: [first.times, first.times], times: second.times })),
  ];
  const failures: string[] = [];
  for (const { kind, times } of others) {
    const comparison = compareTimes({ control, times });
    const { shiftMs, boundMs } = comparison;
    const isAlike = measurement.alike.includes(kind);
    const verdict = isAlike ? `  differs by ${shiftMs.toFixed(2)} ms, bound ${boundMs.toFixed(2)}` : "";
    rows.push(rowOf(kind, comparison) + verdict);
    if (isAlike && Math.abs(shiftMs) > boundMs) failures.push(`${measurement.name}, ${kind}:${verdict}`);
  }
  return { rows, failures };
}

await runTrial("answers", [], async (trial) => {
  const random = seededRandom(trialSeed());
  const { context, redisUrl } = await startContext(trial);
  const failures: string[] = [];
  const chosen = process.argv.slice(2);

  async function run(service: RunningService, measurement: Measurement): Promise<void> {
    const { name, control, alike, told } = measurement;
    await trial.step(name, async () => {
      const classes: Timed[] = [];
      for (const kind of [control, control, ...alike, ...told]) {
        classes.push({ kind, phones: await newPhones(context, kind, measurement), times: [] });
      }
      await measure(service, measurement, classes, random);
      const judged = judge(measurement, classes);
      failures.push(...judged.failures);
      return `\n${judged.rows.join("\n")}`;
    });
  }

  /** Starts a service for these measurements. It reads at its start whether accounts have hashes from Django. */
  async function runAll(measurements: readonly Measurement[]): Promise<void> {
    const wanted = measurements.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
    if (wanted.length === 0) return;
    const service = await runService({
      ...generousLimits,
      NODE_ENV: "development",
      DATABASE_URL: context.testDatabase.url,
      REDIS_URL: redisUrl,
      DATA_DIR: `${trial.folder}/data`,
      TRUSTED_PROXIES: "127.0.0.1",
    });
    trial.atEnd(() => service.kill());
    for (const measurement of wanted) await run(service, measurement);
    expect(errorLines(service.output())).to.deep.equal([]);
    await service.stop();
  }

  await runAll(MEASUREMENTS);
  await newDjangoPhone(context);
  await runAll(DJANGO_MEASUREMENTS);
  expect(failures).to.deep.equal([]);
});
