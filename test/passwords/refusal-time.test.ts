import { expect } from "chai";
import pLimit from "p-limit";
import { login } from "../../src/auth/login.js";
import { DomainError } from "../../src/errors.js";
import { guessPlace } from "../../src/guessing/guess.js";
import type { PasswordHasher } from "../../src/passwords/password-hash.js";
import { createRefusalTime } from "../../src/passwords/refusal-time.js";
import { testClock } from "../support/clock.js";
import { activeUser, newPhone, registered, testPassword, useTestContext } from "../support/test-context.js";
import { virtualTime } from "../support/virtual-time.js";

const SLOW = "pbkdf2_sha256$1000000$seasalt2$jWCxg2GisFHp8ThvYp/gI/TMJ/kmFAKNvdT+5Hh8upk=";
const FAST = SLOW.replace("1000000", "1000");
const OURS_MS = 30;

/** A clock whose time passes only when something waits, or takes `spend` ms. */
function testTime() {
  const clock = testClock();
  const spend = (milliseconds: number) => clock.advance(milliseconds / 1000);
  return { clock, spend, wait: async (milliseconds: number) => spend(milliseconds) };
}

describe("the time of a refused login", () => {
  function scene() {
    const { clock, spend, wait } = testTime();
    const stored = { hashes: [] as string[], measured: 0 };
    const refusalTime = createRefusalTime({
      findDjangoHashes: async () => stored.hashes,
      hasher: {
        async verify(hash) {
          stored.measured += 1;
          spend(hash === SLOW ? 400 : 2);
          return { ok: false, needsRehash: false };
        },
      },
      clock,
      wait,
    });
    /** How long a login takes that fails with `reason` after `milliseconds`. */
    async function timeOf(milliseconds: number, reason: "CREDENTIALS_REJECTED" | "RATE_LIMITED" | null) {
      const start = clock.monotonicMs();
      await refusalTime
        .hold("+237670000001", async () => {
          spend(milliseconds);
          if (reason) throw new DomainError(reason);
        })
        .catch(() => undefined);
      return clock.monotonicMs() - start;
    }
    return { stored, refusalTime, timeOf };
  }

  it("is its own without hashes from Django", async () => {
    const { refusalTime, timeOf } = scene();
    expect(await timeOf(OURS_MS, "CREDENTIALS_REJECTED")).to.equal(OURS_MS);
    await refusalTime.refresh();
    expect(await timeOf(OURS_MS, "CREDENTIALS_REJECTED")).to.equal(OURS_MS);
  });

  it("is one and a half times that of the costliest hash, whatever was compared", async () => {
    const { stored, refusalTime, timeOf } = scene();
    stored.hashes = [FAST, SLOW, "md5$x$y", FAST];
    await refusalTime.refresh();
    for (const compared of [OURS_MS, 400, 599, 600]) {
      expect(await timeOf(compared, "CREDENTIALS_REJECTED"), `${compared} ms`).to.equal(600);
    }
    expect(await timeOf(700, "CREDENTIALS_REJECTED")).to.equal(1200);
  });

  it("delays nothing else", async () => {
    const { stored, refusalTime, timeOf } = scene();
    stored.hashes = [SLOW];
    await refusalTime.refresh();
    expect(await timeOf(OURS_MS, null)).to.equal(OURS_MS);
    expect(await timeOf(OURS_MS, "RATE_LIMITED")).to.equal(OURS_MS);
  });

  it("is measured once for each kind of hash, and ends with the last one", async () => {
    const { stored, refusalTime, timeOf } = scene();
    stored.hashes = [SLOW, SLOW, FAST];
    await refusalTime.refresh();
    await refusalTime.refresh();
    expect(stored.measured).to.equal(4);
    stored.hashes = [];
    await refusalTime.refresh();
    expect(await timeOf(OURS_MS, "CREDENTIALS_REJECTED")).to.equal(OURS_MS);
  });
});

describe("refused logins while an account has a hash from Django", () => {
  const context = useTestContext();

  const COMPARISON_MS = 200;
  /** One and a half times two comparisons. */
  const FIXED_MS = 600;
  const WRONG = "Crème brûlée!";

  /** A hasher with a queue, whose comparisons take virtual time. Each password but the tests' own is wrong. */
  function slowHasher(wait: (milliseconds: number) => Promise<void>): PasswordHasher {
    const limit = pLimit(2);
    const hasher: PasswordHasher = {
      ...context.app.hasher,
      verify: (hash, password) =>
        limit(async () => {
          const isDjango = hash === SLOW;
          const isComparedTwice = isDjango && password !== password.normalize("NFC");
          await wait(isDjango ? COMPARISON_MS * (isComparedTwice ? 2 : 1) : OURS_MS);
          return { ok: password === testPassword, needsRehash: false };
        }),
      verifyNothing: () => limit(() => wait(OURS_MS)),
    };
    return hasher;
  }

  async function scene() {
    const { users, guesses, registrations, database } = context.app;
    const { clock, wait, instant, settle, pass } = virtualTime();
    const hasher = slowHasher(wait);
    const findDjangoHashes = () => users.findDjangoHashes(null);
    const refusalTime = createRefusalTime({ findDjangoHashes, hasher, clock, wait });
    const app = {
      ...context.app,
      hasher,
      refusalTime,
      database: { ...database, transaction: instant(database.transaction) },
      guesses: {
        ...guesses,
        countLogin: instant(guesses.countLogin),
        takeBack: instant(guesses.takeBack),
      },
      registrations: { ...registrations, findPasswordHash: instant(registrations.findPasswordHash) },
    };
    const django = await activeUser(context);
    await users.setPasswordHash(null, django.id, SLOW);
    const kinds = {
      unknown: newPhone(),
      waiting: await registered(context),
      ours: (await activeUser(context)).phone,
      django: django.phone,
    };
    await pass(refusalTime.refresh());
    let networks = 0;
    /** An address of a stranger, in a network of its own. */
    const stranger = () => {
      networks += 1;
      return `10.${networks >> 8}.${networks & 255}.66`;
    };
    /** What a login comes to, and after how long (ms). */
    const timed = async (phone: string, input: { password?: string; address?: string } = {}) => {
      const start = clock.monotonicMs();
      const attempt = login(app, { phone, password: WRONG, address: stranger(), ...input });
      const reason = await attempt.then(
        () => "ok",
        (error: DomainError) => error.reason,
      );
      return `${reason} ${clock.monotonicMs() - start}`;
    };
    return { app, kinds, settle, pass, timed };
  }

  const times = (count: number, work: () => Promise<string>) =>
    Promise.all(Array.from({ length: count }, work));

  it("take as long for every kind of number, with letters and accents apart too", async () => {
    const { kinds, pass, timed } = await scene();
    for (const password of [WRONG, WRONG.normalize("NFD")]) {
      for (const [kind, phone] of Object.entries(kinds)) {
        expect(await pass(timed(phone, { password })), kind).to.equal(`CREDENTIALS_REJECTED ${FIXED_MS}`);
      }
    }
  });

  it("take turns at their number when they come at once, whatever they are compared with", async () => {
    const { kinds, pass, timed } = await scene();
    const turns = [1, 2, 3, 4, 5, 6, 7, 8].map((turn) => `CREDENTIALS_REJECTED ${turn * FIXED_MS}`);
    for (const [kind, phone] of Object.entries(kinds)) {
      const password = WRONG.normalize("NFD");
      expect(await pass(times(8, () => timed(phone, { password }))), kind).to.have.members(turns);
    }
  });

  it("leave other numbers their own time, and so don't show there what they are compared with", async () => {
    const { kinds, pass, timed } = await scene();
    for (const [kind, phone] of Object.entries(kinds)) {
      const others = times(8, () => timed(phone, { password: WRONG.normalize("NFD") }));
      const probe = timed(newPhone());
      expect(await pass(probe), kind).to.equal(`CREDENTIALS_REJECTED ${FIXED_MS}`);
      await pass(others);
    }
  });

  it("are told with the last turn that their count is full, and at once when all turns are over", async () => {
    const { kinds, settle, pass, timed } = await scene();
    for (const [kind, phone] of Object.entries(kinds)) {
      const input = { address: "203.0.113.66" };
      const guesses = times(10, () => timed(phone, input));
      await settle();
      expect(await pass(timed(phone, input)), kind).to.equal(`RATE_LIMITED ${10 * FIXED_MS}`);
      expect(await pass(guesses), kind).to.include(`CREDENTIALS_REJECTED ${10 * FIXED_MS}`);
      expect(await pass(timed(phone, input)), kind).to.equal("RATE_LIMITED 0");
    }
  });

  it("are sixteen at a number at most: another one is OVERLOADED at once, and doesn't count", async () => {
    const { app, kinds, pass, timed } = await scene();
    for (const [kind, phone] of Object.entries(kinds)) {
      const results = await pass(times(20, () => timed(phone)));
      expect(
        results.filter((result) => result === "OVERLOADED 0"),
        kind,
      ).to.have.length(4);
      const { bucket } = guessPlace(app.codeKey, phone, "");
      const row = await context.testDatabase.database.models.numberGuesses.findOne({
        where: { bucket },
        transaction: null,
      });
      expect(row?.wrong_at, kind).to.have.length(16);
    }
  });

  it("keep nobody waiting who has the right password: an owner for no turn, others for comparisons", async () => {
    const { kinds, pass, timed } = await scene();
    const right = { password: testPassword };
    const home = { ...right, address: "198.51.100.7" };
    await pass(timed(kinds.django, home));
    const guesses = times(8, () => timed(kinds.django));
    const owner = timed(kinds.django, home);
    const traveller = timed(kinds.django, right);
    expect(await pass(owner)).to.equal(`ok ${COMPARISON_MS}`);
    const [, milliseconds] = (await pass(traveller)).split(" ");
    expect(Number(milliseconds)).to.be.within(COMPARISON_MS, 9 * COMPARISON_MS);
    await pass(guesses);
  });

  it("take their own time again once the last such hash is renewed", async () => {
    const { app, kinds, pass, timed } = await scene();
    const { users } = context.testDatabase.database.models;
    const where = { password_hash: SLOW };
    await users.update({ password_hash: "!" }, { where, transaction: null });
    await pass(app.refusalTime.refresh());
    expect(await pass(timed(kinds.ours))).to.equal(`CREDENTIALS_REJECTED ${OURS_MS}`);
  });
});
