import { expect } from "chai";
import type { User } from "../../src/users/user.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { type EntrySelection, listEntries } from "../../src/whitelist/list-entries.js";
import { removeEntry } from "../../src/whitelist/remove-entry.js";
import { rejectionReason } from "../support/rejection.js";
import { activeUser, newPhone, useTestContext } from "../support/test-context.js";

const everything: EntrySelection = {
  isActive: null,
  search: "",
  addedBy: "",
  addedAfter: null,
  addedBefore: null,
  orderBy: "",
};

/** Long, and unlike the numbers of other tests. */
const phones = ["+23761110022", "+23762222333", "+33612345678", "+15551234567", "+675799743"];

describe("listEntries", () => {
  const context = useTestContext();
  let ada: User;
  before(async () => {
    const user = await activeUser(context);
    ada = { ...user, firstName: "Zoë", lastName: "Lovelace" };
    const { database } = context.testDatabase;
    const text = "UPDATE users SET first_name = $2, last_name = $3 WHERE id = $1";
    await database.run(null, { name: "test_name", text }, [ada.id, ada.firstName, ada.lastName]);
    await database.run(null, { name: "test_empty", text: "TRUNCATE whitelist_entries" }, []);
    const notes = ["Résidence de l'Étoile A/B-12", "Client VIP", "client, zone 7", "", "VIP"];
    for (const [index, phone] of phones.entries()) {
      const actor = index < 2 ? ada : null;
      await addEntry(context.app, { phone, notes: notes[index]!, isActive: index !== 1, actor });
      context.clock.advance(3600);
    }
  });

  async function list(selection: Partial<EntrySelection>, pageSize = 0, pageToken = "") {
    return listEntries(context.app, { ...everything, ...selection, pageSize, pageToken });
  }

  /** Which of `phones` are listed, by their index. */
  async function found(selection: Partial<EntrySelection>): Promise<number[]> {
    return (await list(selection)).rows.map(({ phone }) => phones.indexOf(phone));
  }

  it("lists the newest first, or in the requested order", async () => {
    expect(await found({})).to.deep.equal([4, 3, 2, 1, 0]);
    expect(await found({ orderBy: "added_at" })).to.deep.equal([0, 1, 2, 3, 4]);
    expect(await found({ orderBy: "phone" })).to.deep.equal([3, 0, 1, 2, 4]);
    expect(await found({ orderBy: "phone desc" })).to.deep.equal([4, 2, 1, 0, 3]);
  });

  it("filters by state, adder and time", async () => {
    const hour = (count: number) => new Date(Date.parse("2026-03-01T12:00:00Z") + count * 3_600_000);
    expect(await found({ isActive: false })).to.deep.equal([1]);
    expect(await found({ isActive: true })).to.deep.equal([4, 3, 2, 0]);
    expect(await found({ addedBy: ada.phone })).to.deep.equal([1, 0]);
    expect(await found({ addedBy: ` ${ada.id} ` })).to.deep.equal([1, 0]);
    expect(await found({ addedBy: newPhone() })).to.deep.equal([]);
    expect(await found({ addedAfter: hour(1) })).to.deep.equal([4, 3, 2, 1]);
    expect(await found({ addedBefore: hour(1) })).to.deep.equal([0]);
    expect(await found({ addedAfter: hour(1), addedBefore: hour(3), isActive: true })).to.deep.equal([2]);
  });

  it("finds numbers by their first digits, with or without the country code, and by their last digits", async () => {
    expect(await found({ search: "+237 6" })).to.deep.equal([1, 0]);
    expect(await found({ search: "612" })).to.deep.equal([2]);
    expect(await found({ search: "555-123" })).to.deep.equal([3]);
    expect(await found({ search: "743" })).to.deep.equal([4]);
    expect(await found({ search: phones[1]! })).to.deep.equal([1]);
    expect(await found({ search: "00237 611" })).to.deep.equal([0]);
    expect(await found({ search: "0022" })).to.deep.equal([0]);
    expect(await found({ search: "022" })).to.deep.equal([0]);
    expect(await found({ search: "999" })).to.deep.equal([]);
  });

  it("finds notes by the beginnings of words, ignoring case, accents and punctuation", async () => {
    expect(await found({ search: "vip" })).to.deep.equal([4, 1]);
    expect(await found({ search: "VIP cli" })).to.deep.equal([1]);
    expect(await found({ search: "residence etoile" })).to.deep.equal([0]);
    expect(await found({ search: "RÉSIDENCE" })).to.deep.equal([0]);
    expect(await found({ search: "b 12" })).to.deep.equal([0]);
    expect(await found({ search: "ient" })).to.deep.equal([]);
  });

  it("finds entries by the number and the names of their adder", async () => {
    expect(await found({ search: "zoe LOVE" })).to.deep.equal([1, 0]);
    expect(await found({ search: ada.phone })).to.deep.equal([1, 0]);
    expect(await found({ search: "lovelace", isActive: true })).to.deep.equal([0]);
  });

  it("finds nothing for a text without letters and digits, even with characters of the query syntax", async () => {
    for (const search of ["!", "'", "\\", "|&:*", "()", "%", "_", "''::*"]) {
      expect(await found({ search }), search).to.deep.equal([]);
    }
  });

  it("lists each entry once, page by page, while others are added and removed", async () => {
    for (const orderBy of ["", "added_at", "phone", "phone desc"]) {
      const seen: string[] = [];
      let token = "";
      do {
        const page = await list({ orderBy }, 2, token);
        seen.push(...page.rows.map(({ phone }) => phone));
        token = page.nextPageToken;
        const passing = newPhone();
        await addEntry(context.app, { phone: passing, notes: "", isActive: true, actor: null });
        await removeEntry(context.app, { phone: passing, actor: null });
      } while (token !== "");
      expect(seen).to.have.members(phones);
    }
  });

  it("lists entries with the same time once each, even between milliseconds", async () => {
    const { database } = context.testDatabase;
    const text = `INSERT INTO whitelist_entries (phone, added_at)
      SELECT '+99900000' || n, '2020-01-01 00:00:00.123456Z' FROM generate_series(100, 119) AS n`;
    await database.run(null, { name: "test_moment", text }, []);
    for (const orderBy of ["added_at", "added_at desc"]) {
      const seen = new Set<string>();
      let token = "";
      do {
        const page = await list({ orderBy, addedBefore: new Date("2021-01-01") }, 3, token);
        for (const { phone } of page.rows) seen.add(phone);
        token = page.nextPageToken;
      } while (token !== "");
      expect(seen.size).to.equal(20);
    }
    await database.run(
      null,
      { name: "test_moment_over", text: "DELETE FROM whitelist_entries WHERE phone LIKE '+999%'" },
      [],
    );
  });

  it("counts the whole list for any filters", async () => {
    const { statistics } = await list({ isActive: false });
    expect(statistics).to.deep.equal({ total: 5, active: 4, inactive: 1 });
  });

  it("refuses a token with other filters or another order, and a negative page", async () => {
    const { nextPageToken } = await list({}, 1);
    expect(nextPageToken).not.to.equal("");
    expect(await rejectionReason(list({ isActive: true }, 1, nextPageToken))).to.equal("INVALID_REQUEST");
    expect(await rejectionReason(list({ orderBy: "phone" }, 1, nextPageToken))).to.equal("INVALID_REQUEST");
    expect(await rejectionReason(list({}, -1))).to.equal("INVALID_REQUEST");
    expect(await rejectionReason(list({ orderBy: "notes" }))).to.equal("INVALID_REQUEST");
    expect(await rejectionReason(list({ addedBy: "abc" }))).to.equal("PHONE_INVALID");
  });
});
