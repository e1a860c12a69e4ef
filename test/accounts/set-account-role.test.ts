import { expect } from "chai";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setAccountRole } from "../../src/accounts/set-account-role.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { type Actor, COMMAND_LINE, type Role } from "../../src/audit/act.js";
import type { User } from "../../src/users/user.js";
import { laterActsOf } from "../audit/stored-history.js";
import { rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  newPhone,
  newSession,
  registered,
  useTestContext,
} from "../support/test-context.js";

const REASON = "joins the team";

describe("setAccountRole", () => {
  const context = useTestContext();
  const run = (text: string) =>
    context.testDatabase.database.run(null, { name: "test_roles", text, isAdHoc: true }, []);

  const change = (phone: string, role: Role, actor: Actor = COMMAND_LINE, app = context.app) =>
    setAccountRole(app, { phone, role, reason: REASON, actor });
  const set = async (...input: Parameters<typeof change>) => (await change(...input)).account;
  const by = ({ id }: User): Actor => ({ kind: "administrator", id });
  async function superuser(): Promise<User> {
    return set((await activeUser(context)).phone, "SUPERUSER");
  }

  it("gives each role its rights, and records the change with its reason", async () => {
    const root = await superuser();
    const { id, phone } = await activeUser(context);
    for (const [role, isStaff, isSuperuser] of [
      ["STAFF", true, false],
      ["SUPERUSER", true, true],
      ["STAFF", true, false],
      ["CUSTOMER", false, false],
    ] as const) {
      expect(await set(phone, role, by(root))).to.include({ id, isStaff, isSuperuser });
    }
    const acts = await laterActsOf(context.app, id);
    expect(acts.map(({ before, after }) => [before?.role, after?.role])).to.deep.equal([
      ["CUSTOMER", "STAFF"],
      ["STAFF", "SUPERUSER"],
      ["SUPERUSER", "STAFF"],
      ["STAFF", "CUSTOMER"],
    ]);
    expect(acts[0]).to.deep.include({ action: "role_changed", actor: by(root), reason: REASON });
  });

  it("signs an account out everywhere that loses rights, and no other", async () => {
    const root = await superuser();
    const { id, phone } = await activeUser(context);
    const openSessions = () => context.app.sessions.list(null, id, null);
    for (const [role, revokedCount] of [
      ["STAFF", 0],
      ["SUPERUSER", 0],
      ["STAFF", 2],
      ["STAFF", 0],
      ["CUSTOMER", 2],
    ] as const) {
      while ((await openSessions()).length < 2) await newSession(context, phone);
      expect(await change(phone, role, by(root))).to.deep.include({ revokedCount });
      expect(await openSessions(), role).to.have.length(revokedCount === 0 ? 2 : 0);
    }
    const acts = await laterActsOf(context.app, id);
    expect(acts.map(({ sessionCount }) => sessionCount)).to.deep.equal([null, null, 2, 2]);
  });

  it("leaves an account as it is that has the role", async () => {
    const { id, phone } = await activeUser(context);
    const rights = () => ({ isStaff: false, isSuperuser: true });
    await setRights(context.app, { phone, rights, actor: COMMAND_LINE });
    expect(await set(phone, "SUPERUSER")).to.include({ isStaff: false, isSuperuser: true });
    expect(await laterActsOf(context.app, id)).to.have.length(1);
  });

  it("refuses numbers without an account", async () => {
    expect(await rejectionReason(set(newPhone(), "STAFF"))).to.equal("ACCOUNT_NOT_FOUND");
    expect(await rejectionReason(set(await registered(context), "STAFF"))).to.equal("ACCOUNT_NOT_FOUND");
    expect(await rejectionReason(set("12", "STAFF"))).to.equal("PHONE_LENGTH");
  });

  it("is refused to administrators who are no active superusers at that moment", async () => {
    const [former, deactivated] = [await superuser(), await superuser()];
    await set(former.phone, "STAFF");
    await setAccountActive(context.app, { phone: deactivated.phone, isActive: false, actor: COMMAND_LINE });
    const { phone } = await activeUser(context);
    for (const actor of [by(former), by(deactivated)]) {
      expect(await rejectionReason(set(phone, "SUPERUSER", actor))).to.equal("SUPERUSER_REQUIRED");
    }
  });

  it("lets superusers give up their own rights, except the last one", async () => {
    await run("UPDATE users SET is_superuser = false");
    const [one, other] = [await superuser(), await superuser()];
    expect(await set(one.phone, "CUSTOMER", by(one))).to.include({ isSuperuser: false });
    for (const role of ["CUSTOMER", "STAFF"] as const) {
      expect(await rejectionReason(set(other.phone, role, by(other)))).to.equal("LAST_SUPERUSER");
    }
    expect(await set(other.phone, "SUPERUSER", by(other))).to.include({ isSuperuser: true });
  });

  it("leaves one of two superusers who demote each other at once in two processes", async () => {
    for (let round = 0; round < 5; round += 1) {
      await run("UPDATE users SET is_superuser = false");
      const users = [await superuser(), await superuser()];
      const processes = [context.app, context.anotherProcess()];
      const results = await atOnce(2, (index) =>
        set(users[1 - index]!.phone, "CUSTOMER", by(users[index]!), processes[index]!),
      );
      expect(results.filter((result) => result === "SUPERUSER_REQUIRED")).to.have.length(1);
      expect(await run("SELECT FROM users WHERE is_superuser AND is_active")).to.have.length(1);
    }
  });
});
