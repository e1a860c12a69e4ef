import { expect } from "chai";
import { login } from "../../src/auth/login.js";
import type { AppContext } from "../../src/context.js";
import { createNoticeMemory } from "../../src/guessing/notice-guessing.js";
import { SmsDeliveryUnknownError } from "../../src/sms/sms-gateway.js";
import { addSeconds } from "../../src/system/clock.js";
import type { User } from "../../src/users/user.js";
import { laterActsOf } from "../audit/stored-history.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import { activeUser, atOnce, testPassword, useTestContext } from "../support/test-context.js";

const DAY_SECONDS = 86_400;

describe("a notice of guesses", () => {
  const context = useTestContext();

  /** Addresses in networks of their own. */
  let networks = 0;
  function elsewhere(): string {
    networks += 1;
    return `10.${networks >> 8}.${networks & 255}.1`;
  }

  const attempt = ({ phone }: User, app: AppContext, password = "wrong") =>
    login(app, { phone, password, address: elsewhere(), device: "" });
  /** Tries wrong passwords one after the other, and waits for the background. */
  async function guess(user: User, count: number, app: AppContext = context.app): Promise<void> {
    for (let made = 0; made < count; made += 1) await rejectionReason(attempt(user, app));
    await context.settle();
  }
  async function lines({ id }: User): Promise<number> {
    const acts = await laterActsOf(context.app, id);
    return acts.filter(({ action }) => action === "guessing_noticed").length;
  }
  const messages = ({ phone }: User) =>
    context.outbox.to(phone).filter(({ kind }) => kind === "guessing_notice").length;
  const notices = async (user: User) => ({ lines: await lines(user), messages: messages(user) });

  /** A context that is too busy to compare passwords. */
  const busy = (): AppContext => ({
    ...context.app,
    hasher: { ...context.app.hasher, verify: () => Promise.reject(new Error("busy")) },
  });

  it("is left with a later guess when the 20th and the 100th were taken back", async () => {
    const user = await activeUser(context);
    for (const [before, after] of [
      [
        { lines: 0, messages: 0 },
        { lines: 1, messages: 0 },
      ],
      [
        { lines: 1, messages: 0 },
        { lines: 1, messages: 1 },
      ],
    ]) {
      await guess(user, before!.lines === 0 ? 19 : 79);
      expect(await rejection(attempt(user, busy()))).to.be.an("error");
      await attempt(user, context.app, testPassword);
      await context.settle();
      expect(await notices(user)).to.deep.equal(before);
      await guess(user, 1);
      expect(await notices(user)).to.deep.equal(after);
    }
  });

  it("is one line of 80 guesses at once, one message of 100, in processes that know nothing of each other", async () => {
    const user = await activeUser(context);
    await guess(user, 19);
    const processes = Array.from(
      { length: 5 },
      (): AppContext => ({
        ...context.anotherProcess(),
        noticeMemory: createNoticeMemory(),
      }),
    );
    const alone = (index: number) => processes[index % processes.length]!;
    await atOnce(80, (index) => attempt(user, alone(index)));
    await context.settle();
    expect(await notices(user)).to.deep.equal({ lines: 1, messages: 0 });
    await atOnce(100, (index) => attempt(user, alone(index)));
    await context.settle();
    expect(await notices(user)).to.deep.equal({ lines: 1, messages: 1 });
  });

  it("comes with a later guess, even one that is refused, when too many background jobs were pending", async () => {
    const user = await activeUser(context);
    const { background } = context.app;
    await guess(user, 101, { ...context.app, background: { ...background, run: () => false } });
    expect(await notices(user)).to.deep.equal({ lines: 0, messages: 0 });
    await guess(user, 1);
    expect(await notices(user)).to.deep.equal({ lines: 1, messages: 1 });
  });

  it("comes with the next guess when the act could not be recorded", async () => {
    const user = await activeUser(context);
    await guess(user, 20, { ...context.app, record: () => Promise.reject(new Error("not recorded")) });
    expect(await lines(user)).to.equal(0);
    await guess(user, 1);
    expect(await lines(user)).to.equal(1);
  });

  it("is left once a day in the history, with the first guess after the day", async () => {
    const user = await activeUser(context);
    await guess(user, 50);
    context.clock.advance(DAY_SECONDS - 5);
    await guess(user, 40, context.anotherProcess());
    expect(await lines(user)).to.equal(1);
    context.clock.advance(5);
    await guess(user, 1, context.anotherProcess());
    expect(await lines(user)).to.equal(2);
  });

  it("is tried again ten minutes after the SMS budget or the gateway refused the message", async () => {
    for (const refusal of ["budget", "gateway"]) {
      const user = await activeUser(context);
      const isPaused = refusal === "budget";
      const app = { ...context.app, smsBudget: { ...context.app.smsBudget, isPaused } };
      context.outbox.failing = !isPaused;
      await guess(user, 150, app);
      expect(messages(user), refusal).to.equal(0);
      context.outbox.failing = false;
      context.clock.advance(599);
      await guess(user, 1);
      await guess(user, 1, context.anotherProcess());
      expect(messages(user), refusal).to.equal(0);
      context.clock.advance(1);
      await guess(user, 1);
      expect(messages(user), refusal).to.equal(1);
      context.clock.advance(DAY_SECONDS);
      await guess(user, 101);
      expect(messages(user), refusal).to.equal(1);
    }
  });

  it("reports to the log once what the budget refuses to a flood", async () => {
    const user = await activeUser(context);
    context.refusals.length = 0;
    await guess(user, 150, { ...context.app, smsBudget: { ...context.app.smsBudget, isPaused: true } });
    expect(context.refusals.map(({ kind }) => kind)).to.deep.equal(["paused"]);
  });

  it("is not sent again within 7 days when the message may have left", async () => {
    const user = await activeUser(context);
    let sends = 0;
    const sms = {
      ...context.outbox,
      async sendGuessingNotice() {
        sends += 1;
        throw new SmsDeliveryUnknownError();
      },
    };
    const app = { ...context.app, sms };
    await guess(user, 101, app);
    for (let day = 0; day < 6; day += 1) {
      context.clock.advance(DAY_SECONDS);
      await guess(user, 101, app);
    }
    expect(sends).to.equal(1);
    context.clock.advance(DAY_SECONDS);
    await guess(user, 101, app);
    expect(sends).to.equal(2);
  });

  it("costs a flood of refused guesses no statement once it was left", async () => {
    const user = await activeUser(context);
    await guess(user, 101);
    context.statements.length = 0;
    await guess(user, 50);
    expect(context.statements).to.have.length(50);
    expect(context.statements.filter((text) => text.includes("guessing_notices"))).to.deep.equal([]);
  });

  it("is not left for a caller whom the account knows, nor for an account that is not active", async () => {
    const user = await activeUser(context);
    const home = "198.51.100.7";
    await login(context.app, { phone: user.phone, password: testPassword, address: home, device: "" });
    for (let hour = 0; hour < 40; hour += 1) {
      const known = { phone: user.phone, password: "wrong", address: home, device: "" };
      await rejectionReason(login(context.app, known));
      context.clock.advance(600);
    }
    await context.settle();
    expect(await notices(user)).to.deep.equal({ lines: 0, messages: 0 });
    const { users } = context.testDatabase.database.models;
    await users.update({ is_active: false }, { where: { id: user.id } });
    await guess(user, 101);
    expect(await notices(user)).to.deep.equal({ lines: 0, messages: 0 });
  });

  it("is claimed by one of 20 at once, and says when the next one is due", async () => {
    const { id: userId } = await activeUser(context);
    const { guessingNotices } = context.app;
    const now = context.clock.now();
    const until = addSeconds(now, 60);
    for (const kind of ["line", "message"] as const) {
      const claim = (at: Date) => guessingNotices.claim(null, kind, { userId, now: at, until });
      const claims = await atOnce(20, () => claim(now));
      const claimed = claims.filter((each) => typeof each !== "string" && each.isClaimed);
      expect(claimed).to.deep.equal([{ isClaimed: true, dueAt: until }]);
      expect(claims.filter((each) => typeof each === "string")).to.deep.equal([]);
      expect(await claim(now)).to.deep.equal({ isClaimed: false, dueAt: until });
      expect(await claim(until)).to.deep.equal({ isClaimed: true, dueAt: until });
    }
    const later = addSeconds(now, 3600);
    await guessingNotices.postponeMessage(null, userId, later);
    const claim = await guessingNotices.claim(null, "message", { userId, now: until, until });
    expect(claim).to.deep.equal({ isClaimed: false, dueAt: later });
  });
});
