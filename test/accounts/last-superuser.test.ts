import { expect } from "chai";
import { eraseAccount } from "../../src/accounts/erase-account.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setAccountRole } from "../../src/accounts/set-account-role.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { confirmAccountDeletion, requestAccountDeletionByPhone } from "../../src/profile/delete-account.js";
import type { User } from "../../src/users/user.js";
import { activeUser, atOnce, caller, useTestContext } from "../support/test-context.js";

const REASON = "a race";

describe("the last active superuser", () => {
  const context = useTestContext();
  const run = (text: string) =>
    context.testDatabase.database.run(null, { name: "test_superusers", text, isAdHoc: true }, []);

  async function superuser(): Promise<User> {
    const { phone } = await activeUser(context);
    const act = { phone, role: "SUPERUSER", reason: REASON, actor: COMMAND_LINE } as const;
    return (await setAccountRole(context.app, act)).account;
  }

  it("stays when one leaves, and others erase, demote and deactivate each other in a circle, in four processes", async () => {
    const processes = [0, 1, 2, 3].map(() => context.anotherProcess());
    const [one, two, three, four] = [processes[0]!, processes[1]!, processes[2]!, processes[3]!];
    for (let round = 0; round < 10; round += 1) {
      await run("UPDATE users SET is_superuser = false");
      const [leaving, erasing, demoting, last] = [
        await superuser(),
        await superuser(),
        await superuser(),
        await superuser(),
      ];
      const { phone } = leaving;
      context.clock.advance(60);
      requestAccountDeletionByPhone(context.app, { phone, callerAddress: caller.callerAddress });
      await context.settle();
      const link = { token: context.outbox.tokenFor(phone), code: context.outbox.codeFor(phone) };
      const act = ({ id }: User, on: User) =>
        ({ phone: on.phone, reason: REASON, actor: { kind: "administrator", id } }) as const;
      const calls: readonly (() => Promise<unknown>)[] = [
        () => confirmAccountDeletion(one, link),
        () => eraseAccount(two, act(erasing, last)),
        () => setAccountRole(three, { ...act(demoting, erasing), role: "CUSTOMER" }),
        () => setAccountActive(four, { ...act(last, demoting), isActive: false }),
      ];
      const results = await atOnce(4, (index) => calls[index]!());
      expect(results.filter((result) => typeof result === "string")).to.deep.equal(["SUPERUSER_REQUIRED"]);
      const left = "SELECT FROM users WHERE is_superuser AND is_active AND deletion_at IS NULL";
      expect(await run(left)).to.have.length(1);
    }
  });
});
