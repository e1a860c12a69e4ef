import { expect } from "chai";
import { updateProfile } from "../../src/profile/update-profile.js";
import type { ProfileValues } from "../../src/users/profile-update.js";
import { rejectionReason } from "../support/rejection.js";
import { activeUser, atOnce, registered, useTestContext } from "../support/test-context.js";

const nothing: ProfileValues = {
  first_name: "",
  last_name: "",
  email: null,
  address: null,
  apartment_name: null,
};

describe("updateProfile", () => {
  const context = useTestContext();

  it("changes only the named fields", async () => {
    const { id: userId, phone } = await activeUser(context);
    const values = { ...nothing, first_name: " Ada ", email: "ada@example.com", last_name: "ignored" };
    const user = await updateProfile(context.app, { userId, fields: ["first_name", "email"], values });
    expect(user).to.include({ firstName: "Ada", lastName: "Doe", email: "ada@example.com", phone });
  });

  it("clears an optional field that is named and empty", async () => {
    const { id: userId } = await activeUser(context);
    const values = { ...nothing, address: "12 rue", apartment_name: "A1" };
    const fields = ["address", "apartment_name"] as const;
    expect(await updateProfile(context.app, { userId, fields, values })).to.include({
      address: "12 rue",
      apartmentName: "A1",
    });
    expect(
      await updateProfile(context.app, { userId, fields, values: { ...nothing, address: "" } }),
    ).to.include({
      address: null,
      apartmentName: null,
    });
  });

  it("refuses an empty name and changes nothing", async () => {
    const { id: userId } = await activeUser(context);
    const values = { ...nothing, first_name: " ", email: "x@example.com" };
    const attempt = updateProfile(context.app, { userId, fields: ["email", "first_name"], values });
    expect(await rejectionReason(attempt)).to.equal("INVALID_REQUEST");
    const account = await context.app.users.findById(null, userId);
    expect(account?.user).to.include({ firstName: "John", email: null });
  });

  it("returns the account when no field is named", async () => {
    const { id: userId } = await activeUser(context);
    expect(await updateProfile(context.app, { userId, fields: [], values: nothing })).to.include({
      id: userId,
    });
  });

  it("refuses another account's address in any case, and accepts the unchanged one", async () => {
    const one = await activeUser(context);
    const two = await activeUser(context);
    const fields = ["email"] as const;
    const set = (userId: number, email: string) =>
      updateProfile(context.app, { userId, fields, values: { ...nothing, email } });
    await set(one.id, "Same@Example.com");
    expect(await rejectionReason(set(two.id, "same@example.COM"))).to.equal("EMAIL_TAKEN");
    expect(await set(one.id, "same@example.com")).to.include({ email: "same@example.com" });
  });

  it("is not blocked by the address of an unconfirmed registration", async () => {
    const phone = await registered(context);
    const where = { where: { phone }, transaction: null };
    await context.testDatabase.database.models.registrations.update({ email: "squat@example.com" }, where);
    const { id: userId } = await activeUser(context);
    const values = { ...nothing, email: "squat@example.com" };
    expect(await updateProfile(context.app, { userId, fields: ["email"], values })).to.include({
      id: userId,
    });
  });

  it("gives an address to one of 20 accounts that ask at once", async () => {
    const users = await Promise.all(Array.from({ length: 20 }, () => activeUser(context)));
    const values = { ...nothing, email: "race@example.com" };
    const results = await atOnce(20, (index) =>
      updateProfile(context.app, { userId: users[index]!.id, fields: ["email"], values }),
    );
    expect(results.filter((result) => result === "EMAIL_TAKEN")).to.have.length(19);
  });
});
