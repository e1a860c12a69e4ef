import { expect } from "chai";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { updateAccount } from "../../src/accounts/update-account.js";
import { type Actor, COMMAND_LINE } from "../../src/audit/act.js";
import type { ProfileField, ProfileValues } from "../../src/users/profile-update.js";
import { laterActsOf } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import { activeUser, atOnce, newPhone, registered, useTestContext } from "../support/test-context.js";

const nothing: ProfileValues = {
  first_name: "",
  last_name: "",
  email: null,
  address: null,
  apartment_name: null,
};

describe("updateAccount", () => {
  const context = useTestContext();

  const update = (phone: string, values: Partial<ProfileValues>, actor: Actor = COMMAND_LINE) =>
    updateAccount(context.app, {
      phone,
      actor,
      fields: Object.keys(values) as ProfileField[],
      values: { ...nothing, ...values },
    });

  it("changes the named fields alone, and records those that differ by the administrator", async () => {
    const { id, phone } = await activeUser(context);
    const { user: staff } = await administrator(context);
    const actor = { kind: "administrator", id: staff.id } as const;
    const changes = { first_name: " Ada ", last_name: "Doe", address: "12 rue\nDouala" };
    const account = await update(phone, changes, actor);
    expect(account).to.include({ id, phone, firstName: "Ada", address: "12 rue\nDouala", deletionAt: null });
    await update(phone, { first_name: "Ada", address: "12 rue\nDouala " }, actor);
    expect(await update(phone, { address: "" }, actor)).to.include({ firstName: "Ada", address: null });
    const acts = await laterActsOf(context.app, id);
    expect(acts.map(({ action, fields, actor: by }) => [action, fields, by])).to.deep.equal([
      ["profile_changed", ["first_name", "address"], actor],
      ["profile_changed", ["address"], actor],
    ]);
  });

  it("works for deactivated accounts and for those that are leaving", async () => {
    const [deactivated, leaving] = [await activeUser(context), await activeUser(context)];
    await setAccountActive(context.app, { phone: deactivated.phone, isActive: false, actor: COMMAND_LINE });
    const at = new Date("2026-03-15T12:00:00Z");
    await context.testDatabase.database.models.users.update(
      { deletion_at: at },
      { where: { id: leaving.id }, transaction: null },
    );
    expect(await update(deactivated.phone, { last_name: "Byron" })).to.include({
      lastName: "Byron",
      isActive: false,
    });
    expect(await update(leaving.phone, { last_name: "Byron" })).to.deep.include({
      lastName: "Byron",
      deletionAt: at,
    });
  });

  it("refuses empty names, numbers without an account, and superusers' accounts to staff", async () => {
    const { phone } = await activeUser(context);
    const error = await rejection(update(phone, { first_name: " ", last_name: "", email: "x@example.com" }));
    expect((error as { fields: { field: string }[] }).fields.map(({ field }) => field)).to.deep.equal([
      "profile.first_name",
      "profile.last_name",
    ]);
    const change = { last_name: "Byron" };
    expect(await rejectionReason(update(newPhone(), change))).to.equal("ACCOUNT_NOT_FOUND");
    expect(await rejectionReason(update(await registered(context), change))).to.equal("ACCOUNT_NOT_FOUND");
    expect(await rejectionReason(update("12", change))).to.equal("PHONE_LENGTH");
    const { user: staff } = await administrator(context);
    const rights = () => ({ isStaff: true, isSuperuser: true });
    await setRights(context.app, { phone, rights, actor: COMMAND_LINE });
    const actor = { kind: "administrator", id: staff.id } as const;
    expect(await rejectionReason(update(phone, change, actor))).to.equal("SUPERUSER_REQUIRED");
    expect((await context.app.users.findByPhone(null, phone))?.user).to.include({ lastName: "Doe" });
  });

  it("gives an address to one of 10 accounts at once, in any case", async () => {
    const users = await Promise.all(Array.from({ length: 10 }, () => activeUser(context)));
    const results = await atOnce(10, (index) =>
      update(users[index]!.phone, { email: index % 2 === 0 ? "race@example.com" : "Race@Example.com" }),
    );
    expect(results.filter((result) => result === "EMAIL_TAKEN")).to.have.length(9);
  });
});
