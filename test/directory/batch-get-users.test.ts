import { expect } from "chai";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { batchGetUsers } from "../../src/directory/batch-get-users.js";
import { DomainError } from "../../src/errors.js";
import { localize } from "../../src/messages/catalogue.js";
import type { User } from "../../src/users/user.js";
import { rejection } from "../support/rejection.js";
import { activeUser, newPhone, registered, useTestContext } from "../support/test-context.js";

describe("batchGetUsers", () => {
  const context = useTestContext();
  let [john, jane]: User[] = [];
  before(async () => {
    [john, jane] = [await activeUser(context), await activeUser(context)];
  });

  const byId = (...userIds: number[]) => batchGetUsers(context.app, { userIds, phones: [] });
  const byPhone = (...phones: string[]) => batchGetUsers(context.app, { userIds: [], phones });

  it("finds accounts by id, in the order of the request, and tells unknown ids apart", async () => {
    const found = await byId(jane!.id, 2_000_000_000, john!.id, 0);
    expect(found.users.map(({ id }) => id)).to.deep.equal([jane!.id, john!.id]);
    expect(found.unknownIds).to.deep.equal([2_000_000_000, 0]);
    expect(found.unknownPhones).to.deep.equal([]);
  });

  it("finds accounts by number in any spelling, and returns unknown ones as they were written", async () => {
    const unknown = newPhone();
    const spelled = `00 ${unknown.slice(1, 4)}-${unknown.slice(4)}`;
    const found = await byPhone(spelled, ` ${jane!.phone.slice(1)}`, `tel:${john!.phone}`);
    expect(found.users.map(({ phone }) => phone)).to.deep.equal([jane!.phone, john!.phone]);
    expect(found.unknownPhones).to.deep.equal([spelled]);
    expect(found.unknownIds).to.deep.equal([]);
  });

  it("returns each account once, however often it is named", async () => {
    const { id, phone } = john!;
    expect(await byId(id, 7_777_777, id, 7_777_777)).to.deep.include({ unknownIds: [7_777_777] });
    expect((await byId(id, id)).users).to.have.length(1);
    expect((await byPhone(phone, `(${phone})`)).users).to.have.length(1);
    const unknown = newPhone();
    expect((await byPhone(unknown, ` ${unknown}`)).unknownPhones).to.deep.equal([unknown]);
  });

  it("takes ids that no column holds for unknown", async () => {
    const ids = [2_147_483_647, 2_147_483_648, 4_294_967_295];
    expect((await byId(...ids)).unknownIds).to.deep.equal(ids);
  });

  it("returns a deactivated account as such, and no registration", async () => {
    const user = await activeUser(context);
    await setAccountActive(context.app, { phone: user.phone, isActive: false, actor: COMMAND_LINE });
    expect((await byId(user.id)).users[0]).to.include({ id: user.id, isActive: false });
    const waiting = await registered(context);
    expect((await byPhone(waiting)).unknownPhones).to.deep.equal([waiting]);
  });

  it("doesn't know what an older version left unproved", async () => {
    const phone = newPhone();
    const left = { phone, firstName: "A", lastName: "B", email: null, address: null, apartmentName: null };
    const { id } = await context.app.users.create(null, {
      ...left,
      passwordHash: "x",
      dateJoined: context.clock.now(),
    });
    expect((await byId(id)).unknownIds).to.deep.equal([id]);
    expect((await byPhone(phone)).unknownPhones).to.deep.equal([phone]);
  });

  it("runs one statement, however many it looks for", async () => {
    context.statements.length = 0;
    const ids = Array.from({ length: 500 }, (_, n) => n + 1);
    await byId(...ids);
    await byPhone(...ids.map((n) => `+23769${String(n).padStart(7, "0")}`));
    expect(context.statements).to.have.length(2);
  });

  it("refuses neither and both", async () => {
    for (const [input, field] of [
      [{ userIds: [], phones: [] }, "user_ids"],
      [{ userIds: [1], phones: [john!.phone] }, "phones"],
    ] as const) {
      const error = await rejection(batchGetUsers(context.app, input));
      expect(error).to.include({ reason: "INVALID_REQUEST" });
      expect((error as DomainError).fields.map((each) => each.field)).to.deep.equal([field]);
    }
  });

  it("names every number that is none, with its place", async () => {
    const one = (await rejection(byPhone(john!.phone, "12"))) as DomainError;
    expect([one.reason, one.fields[0]?.field]).to.deep.equal(["PHONE_LENGTH", "phones[1]"]);
    const several = (await rejection(byPhone("12", john!.phone, "abc", ""))) as DomainError;
    expect(several).to.be.instanceOf(DomainError);
    expect(several.reason).to.equal("INVALID_REQUEST");
    const messages = several.fields.map(({ field, message }) => [field, localize("en", message)]);
    expect(messages.map(([field]) => field)).to.deep.equal(["phones[0]", "phones[2]", "phones[3]"]);
    expect(new Set(messages.map(([, message]) => message))).to.have.length(3);
  });
});
