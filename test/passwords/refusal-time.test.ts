import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import { DomainError } from "../../src/errors.js";
import { createRefusalTime } from "../../src/passwords/refusal-time.js";
import { testClock } from "../support/clock.js";
import { rejectionReason } from "../support/rejection.js";
import { activeUser, newPhone, testPassword, useTestContext } from "../support/test-context.js";

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
        .hold(async () => {
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

describe("a refused login while an account has a hash from Django", () => {
  const context = useTestContext();

  it("waits as long for a number without an account as for a wrong password, until the hash is renewed", async () => {
    const { clock, spend, wait } = testTime();
    const { users } = context.app;
    const refusalTime = createRefusalTime({
      findDjangoHashes: () => users.findDjangoHashes(null),
      hasher: {
        async verify() {
          spend(400);
          return { ok: false, needsRehash: false };
        },
      },
      clock,
      wait,
    });
    const app = { ...context.app, refusalTime };
    const [customer, django] = [await activeUser(context), await activeUser(context)];
    // The hash is that of a password with a decomposed letter; see the tests of `login`.
    await users.setPasswordHash(null, django.id, FAST);
    await refusalTime.refresh();
    for (const phone of [customer.phone, django.phone, newPhone()]) {
      const start = clock.monotonicMs();
      const reason = await rejectionReason(login(app, { phone, password: "wrong" }));
      expect([reason, clock.monotonicMs() - start]).to.deep.equal(["CREDENTIALS_REJECTED", 600]);
    }
    await login(app, { phone: django.phone, password: "Crème brûlée".normalize("NFD") });
    await refusalTime.refresh();
    const start = clock.monotonicMs();
    await rejectionReason(login(app, { phone: customer.phone, password: "wrong" }));
    await login(app, { phone: customer.phone, password: testPassword });
    expect(clock.monotonicMs() - start).to.equal(0);
  });
});
