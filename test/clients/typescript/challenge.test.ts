import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import {
  ChallengeSchema,
  Delivery,
} from "../../../clients/typescript/gen/waterbill/identity/v1/challenge_pb.js";
import {
  type CodeChallenge,
  type Countdown,
  createChallenges,
} from "../../../clients/typescript/src/challenge.js";
import { virtualTime } from "../../support/virtual-time.js";
import { clockOf } from "./devices.js";

const SENT_AT = Date.parse("2026-03-01T12:00:00Z");
const DAY_MS = 86_400_000;

/** What a server says that sent a code at `SENT_AT`. */
const message = create(ChallengeSchema, {
  expiresAt: timestampFromMs(SENT_AT + 600_000),
  resendAt: timestampFromMs(SENT_AT + 60_000),
  attemptsLeft: 5,
  sendsLeft: 4,
  codeLength: 6,
  delivery: Delivery.ACCEPTED,
});

const dated = (at: number) => new Headers({ date: new Date(at).toUTCString() });

describe("a challenge of the TypeScript client", () => {
  const setUp = () => {
    const time = virtualTime();
    const pass = (seconds: number) => time.pass(time.wait(seconds * 1000));
    return { pass, challenges: createChallenges(clockOf(time)) };
  };

  const numbers = (challenge: CodeChallenge) => {
    const { secondsUntilResend, secondsUntilExpiry, canResend } = challenge.countdown();
    return [secondsUntilResend, secondsUntilExpiry, canResend];
  };

  it("counts by the server's time and a clock that only passes", async () => {
    const { pass, challenges } = setUp();
    await pass(1000);
    challenges.learn(dated(SENT_AT + 20_000));
    const challenge = challenges.read(message);
    expect(numbers(challenge)).to.deep.equal([40, 580, false]);
    await pass(39.5);
    expect(numbers(challenge)).to.deep.equal([1, 541, false]);
    await pass(0.5);
    expect(numbers(challenge)).to.deep.equal([0, 540, true]);
    await pass(1000);
    expect(numbers(challenge)).to.deep.equal([0, 0, true]);
  });

  it("counts from its arrival without a Date, and goes on from there", async () => {
    const { pass, challenges } = setUp();
    expect(numbers(challenges.read(message))).to.deep.equal([60, 600, false]);
    // That of an error about the same code.
    await pass(90);
    challenges.learn(new Headers());
    expect(numbers(challenges.read(message))).to.deep.equal([0, 510, true]);
  });

  for (const offset of [-DAY_MS, DAY_MS]) {
    it(`ignores a Date that is ${offset / DAY_MS} day off`, async () => {
      const { pass, challenges } = setUp();
      challenges.learn(dated(SENT_AT + offset));
      expect(numbers(challenges.read(message))).to.deep.equal([60, 600, false]);
      await pass(30);
      challenges.learn(dated(SENT_AT + offset + 30_000));
      expect(numbers(challenges.read(message))).to.deep.equal([30, 570, false]);
    });
  }

  it("allows no resend when no sends are left", async () => {
    const { pass, challenges } = setUp();
    const challenge = challenges.read({ ...message, sendsLeft: 0 });
    await pass(61);
    expect(numbers(challenge)).to.deep.equal([0, 539, false]);
  });

  it("ticks each second until its end, or until it is stopped", async () => {
    const { pass, challenges } = setUp();
    challenges.learn(dated(SENT_AT + 590_000));
    const ticks: Countdown[] = [];
    challenges.read(message).watch((countdown) => ticks.push(countdown));
    const stopped: Countdown[] = [];
    const stop = challenges.read(message).watch((countdown) => stopped.push(countdown));
    await pass(2.5);
    stop();
    await pass(60);
    expect(ticks.map((tick) => tick.secondsUntilExpiry)).to.deep.equal([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(stopped).to.have.length(3);
  });

  it("counts to the end, though timers are early and the listener is slow", async () => {
    let now = 0;
    const clock = {
      now: () => now,
      async sleep(ms: number) {
        if (!Number.isFinite(ms)) throw new Error("slept for ever");
        now += ms > 1 ? ms - 0.5 : ms;
      },
    };
    const challenge = createChallenges(clock).read(message);
    const last = await new Promise<Countdown>((resolve) => {
      challenge.watch((countdown) => {
        now += 3;
        if (countdown.secondsUntilExpiry === 0) resolve(countdown);
      });
    });
    expect(last).to.deep.equal({ secondsUntilResend: 0, secondsUntilExpiry: 0, canResend: true });
  });
});
