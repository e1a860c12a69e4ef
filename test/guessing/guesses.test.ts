import { expect } from "chai";
import { readHistory } from "../../src/audit/read-history.js";
import { activate } from "../../src/auth/activate.js";
import { login } from "../../src/auth/login.js";
import { confirmPasswordReset, requestPasswordReset } from "../../src/auth/reset-password.js";
import type { AppContext } from "../../src/context.js";
import type { DomainError } from "../../src/errors.js";
import { guessPlace } from "../../src/guessing/guess.js";
import { deleteExpired } from "../../src/jobs/delete-expired.js";
import type { PasswordHasher } from "../../src/passwords/password-hash.js";
import { requestPasswordChange } from "../../src/profile/change-password.js";
import type { User } from "../../src/users/user.js";
import { recordSecret } from "../support/log.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  newSession,
  registered,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

const HOME = "198.51.100.7";
const NEW_PASSWORD = "Une-autre-phrase-9!";
recordSecret(NEW_PASSWORD);

/** Addresses in networks of their own, which no other test uses. */
let networks = 0;
function elsewhere(): string {
  networks += 1;
  return `10.${networks >> 8}.${networks & 255}.1`;
}

describe("guessing a password", () => {
  const context = useTestContext();

  /** The context with a hasher that counts what it compares. */
  function counting(app: AppContext = context.app) {
    const compared = { count: 0 };
    const hasher: PasswordHasher = {
      ...app.hasher,
      verify(hash, password) {
        compared.count += 1;
        return app.hasher.verify(hash, password);
      },
      async verifyNothing(password) {
        compared.count += 1;
        await app.hasher.verifyNothing(password);
      },
    };
    return { app: { ...app, hasher }, compared };
  }

  const guess = (phone: string, address = elsewhere(), device = "") =>
    rejectionReason(login(context.app, { phone, password: "wrong", address, device }));
  /** Makes wrong attempts one after the other; the reasons, each with how often it came in a row. */
  async function guesses(count: number, phone: string, address?: string, device?: string) {
    const reasons: [string, number][] = [];
    for (let made = 0; made < count; made += 1) {
      const reason = await guess(phone, address, device);
      if (reasons.at(-1)?.[0] === reason) reasons.at(-1)![1] += 1;
      else reasons.push([reason, 1]);
    }
    return reasons;
  }
  const signIn = (phone: string, address: string, device = "", password = testPassword) =>
    login(context.app, { phone, password, address, device });
  /** An account that knows HOME, because it signed in there. */
  async function accountAtHome(): Promise<{ user: User; phone: string; device: string }> {
    const user = await activeUser(context);
    context.clock.advance(1);
    const { device } = await signIn(user.phone, HOME);
    recordSecret(device);
    return { user, phone: user.phone, device };
  }
  async function resetPassword(phone: string, address: string): Promise<void> {
    requestPasswordReset(context.app, { phone, callerAddress: address });
    await context.settle();
    await confirmPasswordReset(context.app, {
      ...{ token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) },
      ...{ newPassword: NEW_PASSWORD, newPasswordConfirm: NEW_PASSWORD, callerAddress: address },
    });
  }
  async function historyActions({ id }: User): Promise<string[]> {
    const actions: string[] = [];
    for await (const acts of readHistory(context.app, id)) {
      actions.push(...acts.map(({ action }) => action));
    }
    return actions;
  }

  it("gets 100 comparisons in 24 hours from 300 addresses, for known and unknown numbers alike", async () => {
    const { phone } = await accountAtHome();
    for (const number of [phone, newPhone(), await registered(context)]) {
      expect(await guesses(300, number)).to.deep.equal([
        ["CREDENTIALS_REJECTED", 100],
        ["RATE_LIMITED", 200],
      ]);
      const limit = (await rejection(signIn(number, elsewhere()))) as DomainError;
      expect(limit).to.include({ reason: "RATE_LIMITED", retryAfterSeconds: 86_400 });
      expect(limit.reachedLimit?.limit).to.equal(100);
    }
    await signIn(phone, HOME);
    context.clock.advance(86_399);
    expect(await guess(phone)).to.equal("RATE_LIMITED");
    context.clock.advance(1);
    expect(await guess(phone)).to.equal("CREDENTIALS_REJECTED");
  });

  it("gets exactly 100 comparisons of 500 at once in two processes", async () => {
    for (const phone of [(await accountAtHome()).phone, newPhone()]) {
      const processes = [counting(), counting(context.anotherProcess())];
      const addresses = Array.from({ length: 500 }, elsewhere);
      const results = await atOnce(500, (index) =>
        login(processes[index % 2]!.app, { phone, password: "wrong", address: addresses[index]! }),
      );
      expect(results.filter((reason) => reason === "CREDENTIALS_REJECTED")).to.have.length(100);
      expect(results.filter((reason) => reason === "RATE_LIMITED")).to.have.length(400);
      expect(processes[0]!.compared.count + processes[1]!.compared.count).to.equal(100);
    }
  });

  it("gets exactly 10 comparisons of 100 at once from one network, and from a known address", async () => {
    const { phone } = await accountAtHome();
    for (const address of [elsewhere(), HOME]) {
      const { app, compared } = counting();
      await atOnce(100, () => login(app, { phone, password: "wrong", address }));
      expect(compared.count, address).to.equal(10);
    }
  });

  it("leaves an account its known addresses and devices, and each has a count of its own", async () => {
    const { phone, device } = await accountAtHome();
    await guesses(100, phone);
    expect(await guess(phone)).to.equal("RATE_LIMITED");
    const { device: renewed } = await signIn(phone, elsewhere(), device);
    await signIn(phone, elsewhere(), renewed);
    expect(await guesses(11, phone, HOME)).to.deep.equal([
      ["CREDENTIALS_REJECTED", 10],
      ["RATE_LIMITED", 1],
    ]);
    await signIn(phone, elsewhere(), renewed);
    expect(await guesses(11, phone, elsewhere(), renewed)).to.deep.equal([
      ["CREDENTIALS_REJECTED", 10],
      ["RATE_LIMITED", 1],
    ]);
  });

  it("gets 30 comparisons in 24 hours from a known address, however long it waits", async () => {
    const { phone } = await accountAtHome();
    let compared = 0;
    for (let halfHour = 0; halfHour < 46; halfHour += 1) {
      while ((await guess(phone, HOME)) === "CREDENTIALS_REJECTED") compared += 1;
      context.clock.advance(1800);
    }
    expect(compared).to.equal(30);
    const refused = (await rejection(signIn(phone, HOME))) as DomainError;
    expect(refused).to.include({ reason: "RATE_LIMITED", retryAfterSeconds: 3600 });
    expect(refused.reachedLimit?.limit).to.equal(30);
  });

  it("makes a number and network wait from the 10th wrong one in a row, twice as long each time", async () => {
    for (const phone of [(await accountAtHome()).phone, newPhone()]) {
      const network = elsewhere();
      const neighbour = network.replace(/1$/, "200");
      expect(await guesses(10, phone, network)).to.deep.equal([["CREDENTIALS_REJECTED", 10]]);
      for (const wait of [60, 120, 240, 480, 960, 1920, 3600, 3600]) {
        const refused = (await rejection(signIn(phone, neighbour))) as DomainError;
        expect(refused).to.include({ reason: "RATE_LIMITED", retryAfterSeconds: wait });
        context.clock.advance(wait - 1);
        expect(await guess(phone, network)).to.equal("RATE_LIMITED");
        context.clock.advance(1);
        expect(await guess(phone, neighbour)).to.equal("CREDENTIALS_REJECTED");
      }
      expect(await guess(phone)).to.equal("CREDENTIALS_REJECTED");
      expect(await guess(newPhone(), network)).to.equal("CREDENTIALS_REJECTED");
    }
  });

  it("starts the row of an address and its network anew with a right password", async () => {
    const { phone } = await accountAtHome();
    const address = elsewhere();
    await guesses(9, phone, address);
    await signIn(phone, address);
    expect(await guesses(11, phone, address)).to.deep.equal([
      ["CREDENTIALS_REJECTED", 10],
      ["RATE_LIMITED", 1],
    ]);
    const neighbour = address.replace(/1$/, "2");
    expect(await guesses(11, phone, neighbour)).to.deep.equal([
      ["CREDENTIALS_REJECTED", 10],
      ["RATE_LIMITED", 1],
    ]);
  });

  it("keeps no right password out, of 100 at once at a known address and elsewhere", async () => {
    const { phone } = await accountAtHome();
    for (const address of [HOME, elsewhere()]) {
      const processes = [context.app, context.anotherProcess()];
      const results = await atOnce(100, (index) =>
        login(processes[index % 2]!, { phone, password: testPassword, address }),
      );
      expect(results.filter((result) => typeof result === "string")).to.deep.equal([]);
    }
  });

  it("costs a right password nothing, and one that the service was too busy to compare", async () => {
    const { phone } = await accountAtHome();
    await guesses(99, phone);
    const busy = {
      ...context.app.hasher,
      verify: () => Promise.reject(new Error("busy")),
    };
    await rejection(
      login({ ...context.app, hasher: busy }, { phone, password: "wrong", address: elsewhere() }),
    );
    await signIn(phone, elsewhere());
    expect(await guesses(2, phone)).to.deep.equal([
      ["CREDENTIALS_REJECTED", 1],
      ["RATE_LIMITED", 1],
    ]);
  });

  it("knows the address of an activation and of a password reset", async () => {
    const phone = await registered(context);
    const [first, second] = [elsewhere(), elsewhere()];
    const code = context.outbox.codeFor(phone);
    await activate(context.app, { ...caller, callerAddress: first, phone, code });
    await guesses(100, phone);
    await signIn(phone, first);
    expect(await rejectionReason(signIn(phone, second))).to.equal("RATE_LIMITED");
    await resetPassword(phone, second);
    await signIn(phone, second, "", NEW_PASSWORD);
  });

  it("knows the latest ten addresses, for 30 days", async () => {
    const { phone } = await accountAtHome();
    const later = Array.from({ length: 9 }, elsewhere);
    for (const address of later) {
      context.clock.advance(1);
      await signIn(phone, address);
    }
    context.clock.advance(1);
    await guesses(100, phone);
    await signIn(phone, HOME);
    const eleventh = elsewhere();
    context.clock.advance(86_400);
    await signIn(phone, eleventh);
    await guesses(100, phone);
    expect(await rejectionReason(signIn(phone, later[0]!))).to.equal("RATE_LIMITED");
    await signIn(phone, later[1]!);
    context.clock.advance(2_592_000);
    await guesses(100, phone);
    expect(await rejectionReason(signIn(phone, later[1]!))).to.equal("RATE_LIMITED");
  });

  it("ignores a device of another account, and one from before the password changed", async () => {
    const [mine, other] = [await accountAtHome(), await accountAtHome()];
    await guesses(100, mine.phone);
    expect(await rejectionReason(signIn(mine.phone, elsewhere(), other.device))).to.equal("RATE_LIMITED");
    await resetPassword(mine.phone, HOME);
    const stale = signIn(mine.phone, elsewhere(), mine.device, NEW_PASSWORD);
    expect(await rejectionReason(stale)).to.equal("RATE_LIMITED");
    const { device } = await signIn(mine.phone, HOME, "", NEW_PASSWORD);
    await signIn(mine.phone, elsewhere(), device, NEW_PASSWORD);
  });

  it("leaves a line in the history at the 20th, and one message to the owner in 7 days at the 100th", async () => {
    const { user, phone } = await accountAtHome();
    const notices = () => context.outbox.to(phone).filter(({ kind }) => kind === "guessing_notice").length;
    const lines = async () =>
      (await historyActions(user)).filter((each) => each === "guessing_noticed").length;
    const afterGuesses = async (count: number) => {
      await guesses(count, phone);
      await context.settle();
      return [await lines(), notices()];
    };
    expect(await afterGuesses(19)).to.deep.equal([0, 0]);
    expect(await afterGuesses(1)).to.deep.equal([1, 0]);
    expect(await afterGuesses(79)).to.deep.equal([1, 0]);
    expect(await afterGuesses(10)).to.deep.equal([1, 1]);
    context.clock.advance(6 * 86_400);
    expect(await afterGuesses(101)).to.deep.equal([2, 1]);
    context.clock.advance(86_400);
    expect(await afterGuesses(101)).to.deep.equal([3, 2]);
  });

  it("forgets the addresses of an account whose password is reset, except the caller's", async () => {
    const { user, phone } = await accountAtHome();
    const stranger = elsewhere();
    await signIn(phone, stranger);
    const known = async () =>
      Promise.all(
        [HOME, stranger].map((address) =>
          context.app.guesses.knows(null, user.id, address, context.clock.now()),
        ),
      );
    expect(await known()).to.deep.equal([true, true]);
    await resetPassword(phone, HOME);
    expect(await known()).to.deep.equal([true, false]);
  });

  it("leaves the reserve of a number's messages to addresses that the account knows", async () => {
    const { phone } = await accountAtHome();
    const resets = async (address: string) => {
      const before = context.outbox.to(phone).length;
      requestPasswordReset(context.app, { phone, callerAddress: address });
      await context.settle();
      return context.outbox.to(phone).length - before;
    };
    let strangers = 0;
    for (let asked = 0; asked < 10; asked += 1) strangers += await resets(elsewhere());
    // With the activation code, seven of the ten.
    expect(strangers).to.equal(6);
    expect(await resets(HOME)).to.equal(1);
    context.clock.advance(60);
    expect(await resets(elsewhere())).to.equal(0);
    expect(await resets(HOME)).to.equal(1);
  });

  it("in a session ends it with the fifth wrong one in a row, whatever strangers guess", async () => {
    const { user, phone } = await accountAtHome();
    await guesses(101, phone);
    const sessionId = await newSessionAt(phone);
    const change = (currentPassword: string) =>
      requestPasswordChange(context.app, {
        userId: user.id,
        sessionId,
        currentPassword,
        callerAddress: HOME,
      });
    for (let tries = 0; tries < 4; tries += 1)
      expect(await rejectionReason(change("wrong"))).to.equal("CURRENT_PASSWORD_INCORRECT");
    await change(testPassword);
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await isOpen(user, sessionId)).to.equal(true);
      expect(await rejectionReason(change("wrong"))).to.equal("CURRENT_PASSWORD_INCORRECT");
    }
    expect(await isOpen(user, sessionId)).to.equal(false);
    expect(await rejectionReason(change(testPassword))).to.equal("UNAUTHENTICATED");
    expect((await historyActions(user)).at(-1)).to.equal("session_ended");
  });

  it("in a session compares five of 50 at once in two processes", async () => {
    const { user, phone } = await accountAtHome();
    const sessionId = await newSession(context, phone);
    const processes = [counting(), counting(context.anotherProcess())];
    await atOnce(50, (index) =>
      requestPasswordChange(processes[index % 2]!.app, {
        ...{ userId: user.id, sessionId, currentPassword: "wrong", callerAddress: HOME },
      }),
    );
    expect(processes[0]!.compared.count + processes[1]!.compared.count).to.equal(5);
    expect(await isOpen(user, sessionId)).to.equal(false);
  });

  it("starts anew when the counts are cleared, and leaves no rows behind when a day has passed", async () => {
    const { user, phone } = await accountAtHome();
    await guesses(100, phone);
    await guesses(10, phone, HOME);
    const { bucket } = guessPlace(context.app.codeKey, phone, HOME);
    await context.app.guesses.clear(null, { bucket, userId: user.id });
    expect(await guess(phone)).to.equal("CREDENTIALS_REJECTED");
    expect(await guess(phone, HOME)).to.equal("CREDENTIALS_REJECTED");
    const { numberGuesses, knownCallers } = context.infrastructure.database.models;
    context.clock.advance(86_401);
    await deleteExpired(context.app);
    expect(await numberGuesses.count({ transaction: null })).to.equal(0);
    expect(await knownCallers.count({ where: { user_id: user.id }, transaction: null })).not.to.equal(0);
    context.clock.advance(2_592_000);
    await deleteExpired(context.app);
    expect(await knownCallers.count({ transaction: null })).to.equal(0);
  });

  async function newSessionAt(phone: string): Promise<string> {
    const { tokens } = await signIn(phone, HOME);
    return (await context.app.verifyAccessToken(tokens.access)).sessionId;
  }
  const isOpen = async ({ id }: User, sessionId: string) =>
    (await context.app.sessions.find(null, sessionId, id)) !== "ended";
});
