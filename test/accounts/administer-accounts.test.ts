import { expect } from "chai";
import { type AccountSelection, allAccounts, listAccounts } from "../../src/accounts/list-accounts.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { activate } from "../../src/auth/activate.js";
import { login } from "../../src/auth/login.js";
import { refreshSession } from "../../src/auth/refresh-session.js";
import { register } from "../../src/auth/register.js";
import { administrator } from "../support/administrator.js";
import { rejectionReason } from "../support/rejection.js";
import {
  activeUser,
  atOnce,
  caller,
  newPhone,
  person,
  registered,
  signedIn,
  testPassword,
  useTestContext,
} from "../support/test-context.js";

describe("administering accounts", () => {
  const context = useTestContext();

  const setActive = (phone: string, isActive: boolean, app = context.app) =>
    setAccountActive(app, { phone, isActive, actor: COMMAND_LINE });
  const makeSuperuser = (phone: string) =>
    setRights(context.app, {
      phone,
      actor: COMMAND_LINE,
      rights: () => ({ isStaff: true, isSuperuser: true }),
    });
  const run = (text: string) =>
    context.testDatabase.database.run(null, { name: "test_users", text, isAdHoc: true }, []);

  describe("setAccountActive", () => {
    it("ends an account's sessions at once and prevents it from signing in", async () => {
      const { user, tokens } = await signedIn(context);
      const ended = await setActive(user.phone, false);
      expect(ended).to.deep.include({ id: user.id, isActive: false });
      expect(await rejectionReason(context.app.verifyAccessToken(tokens.access))).to.equal("UNAUTHENTICATED");
      expect(await rejectionReason(refreshSession(context.app, { refresh: tokens.refresh }))).to.equal(
        "REFRESH_REJECTED",
      );
      const again = login(context.app, { phone: user.phone, password: testPassword });
      expect(await rejectionReason(again)).to.equal("ACCOUNT_NOT_ACTIVATED");
      expect(await rejectionReason(register(context.app, { ...person, phone: user.phone }))).to.equal(
        "PHONE_TAKEN",
      );
    });

    it("lets an account sign in again, with new sessions", async () => {
      const { user, tokens } = await signedIn(context);
      await setActive(user.phone, false);
      expect(await setActive(user.phone, true)).to.deep.include({ isActive: true });
      expect(await rejectionReason(context.app.verifyAccessToken(tokens.access))).to.equal("UNAUTHENTICATED");
      await login(context.app, { phone: user.phone, password: testPassword });
    });

    it("touches no registration, whose owner activates it as before", async () => {
      const phone = await registered(context);
      for (const isActive of [true, false]) {
        expect(await rejectionReason(setActive(phone, isActive))).to.equal("ACCOUNT_NOT_FOUND");
      }
      const code = context.outbox.codeFor(phone);
      expect((await activate(context.app, { ...caller, phone, code })).isActive).to.equal(true);
    });

    it("does not activate an account that an older version left unproved", async () => {
      const { phone } = await activeUser(context);
      await run(`UPDATE users SET is_active = false WHERE phone = '${phone}'`);
      expect(await rejectionReason(setActive(phone, true))).to.equal("ACCOUNT_NOT_FOUND");
    });

    it("changes nothing when it is repeated", async () => {
      const { phone } = await activeUser(context);
      await setActive(phone, false);
      expect((await setActive(phone, false)).isActive).to.equal(false);
      await setActive(phone, true);
      expect((await setActive(phone, true)).isActive).to.equal(true);
    });

    it("refuses a number without an account and an invalid number", async () => {
      expect(await rejectionReason(setActive(newPhone(), false))).to.equal("ACCOUNT_NOT_FOUND");
      expect(await rejectionReason(setActive("12", false))).to.equal("PHONE_LENGTH");
    });

    it("leaves no session open of a concurrent login", async () => {
      const { phone } = await activeUser(context);
      const [result] = await Promise.allSettled([
        login(context.app, { phone, password: testPassword }),
        setActive(phone, false),
      ]);
      if (result.status === "fulfilled") {
        const { access } = result.value.tokens;
        expect(await rejectionReason(context.app.verifyAccessToken(access))).to.equal("UNAUTHENTICATED");
      }
      expect(await rejectionReason(login(context.app, { phone, password: testPassword }))).to.equal(
        "ACCOUNT_NOT_ACTIVATED",
      );
    });
  });

  describe("the last active superuser", () => {
    beforeEach(async () => {
      await run("UPDATE users SET is_superuser = false");
    });

    it("can be neither deactivated nor demoted", async () => {
      const { phone } = await activeUser(context);
      await makeSuperuser(phone);
      expect(await rejectionReason(setActive(phone, false))).to.equal("LAST_SUPERUSER");
      const demoted = setRights(context.app, {
        phone,
        actor: COMMAND_LINE,
        rights: () => ({ isStaff: true, isSuperuser: false }),
      });
      expect(await rejectionReason(demoted)).to.equal("LAST_SUPERUSER");
      await setRights(context.app, { phone, actor: COMMAND_LINE, rights: (has) => has });
      expect((await setActive(phone, true)).isActive).to.equal(true);
    });

    it("does not count a superuser who is inactive", async () => {
      const [one, other] = [await activeUser(context), await activeUser(context)];
      await makeSuperuser(one.phone);
      await makeSuperuser(other.phone);
      await setActive(other.phone, false);
      expect(await rejectionReason(setActive(one.phone, false))).to.equal("LAST_SUPERUSER");
    });

    it("remains when 5 superusers are deactivated and demoted at once in two processes", async () => {
      const phones: string[] = [];
      for (let count = 0; count < 5; count += 1) phones.push((await activeUser(context)).phone);
      for (const phone of phones) await makeSuperuser(phone);
      const processes = [context.app, context.anotherProcess()];
      const rights = () => ({ isStaff: false, isSuperuser: false });
      const results = await atOnce(5, (index) => {
        const app = processes[index % 2]!;
        const phone = phones[index]!;
        return index % 2 === 0
          ? setActive(phone, false, app)
          : setRights(app, { phone, rights, actor: COMMAND_LINE });
      });
      expect(results.filter((result) => result === "LAST_SUPERUSER")).to.have.length(1);
      const left = await run("SELECT id FROM users WHERE is_superuser AND is_active");
      expect(left).to.have.length(1);
    });
  });

  describe("listAccounts", () => {
    const unfiltered: AccountSelection = {
      isActive: null,
      isStaff: null,
      state: null,
      search: "",
      joinedAfter: null,
      joinedBefore: null,
      orderBy: "",
    };
    const phonesOf = async (selection: Partial<AccountSelection>) => {
      const request = { ...unfiltered, ...selection, pageSize: 0, pageToken: "" };
      return (await listAccounts(context.app, request)).rows.map(({ phone }) => phone);
    };

    it("finds accounts by number, names and email address", async () => {
      const { id, phone } = await activeUser(context);
      await run(`UPDATE users SET first_name = 'Éléonore', last_name = 'van den Berg', email = 'El.Berg@example.com'
                 WHERE id = ${id}`);
      for (const search of [
        "eleonore",
        "BERG van",
        "el.berg@example",
        "example berg",
        phone,
        phone.slice(-6),
      ]) {
        expect(await phonesOf({ search }), search).to.include(phone);
      }
      expect(await phonesOf({ search: "eleonora" })).to.deep.equal([]);
    });

    it("filters by state, rights and time, and shows rights and last login", async () => {
      context.clock.advance(3600);
      const joinedAfter = context.clock.now();
      const { user } = await administrator(context);
      const { phone: inactive } = await activeUser(context);
      await setActive(inactive, false);
      await registered(context);
      expect(await phonesOf({ joinedAfter })).to.have.members([user.phone, inactive]);
      expect(await phonesOf({ joinedAfter, isActive: false })).to.deep.equal([inactive]);
      expect(await phonesOf({ joinedAfter, isStaff: true })).to.deep.equal([user.phone]);
      const { phone: leaving } = await activeUser(context);
      await run(`UPDATE users SET deletion_at = now() + interval '14 days' WHERE phone = '${leaving}'`);
      expect(await phonesOf({ joinedAfter, state: "leaving" })).to.deep.equal([leaving]);
      expect(await phonesOf({ joinedAfter, state: "active" })).to.deep.equal([user.phone]);
      expect(await phonesOf({ joinedAfter, state: "deactivated" })).to.deep.equal([inactive]);
      expect(await phonesOf({ joinedAfter, isActive: true })).to.have.members([user.phone, leaving]);
      expect(await phonesOf({ isActive: false, state: "active" })).to.deep.equal([]);
      await run(`UPDATE users SET is_active = false, deactivated_at = now() WHERE phone = '${leaving}'`);
      expect(await phonesOf({ joinedAfter, state: "leaving" })).to.deep.equal([]);
      expect(await phonesOf({ joinedAfter, state: "deactivated" })).to.have.members([inactive, leaving]);
      expect(await phonesOf({ joinedBefore: joinedAfter })).not.to.include(user.phone);
      const request = { ...unfiltered, joinedAfter, isStaff: true, pageSize: 0, pageToken: "" };
      const [row] = (await listAccounts(context.app, request)).rows;
      expect(row).to.deep.include({ isStaff: true, isSuperuser: false, lastLogin: context.clock.now() });
    });

    it("leaves out accounts that an older version left unproved, which are registrations", async () => {
      const { phone } = await activeUser(context);
      await run(`UPDATE users SET is_active = false WHERE phone = '${phone}'`);
      for (const filter of [{}, { isActive: false }, { state: "deactivated" }] as const) {
        expect(await phonesOf({ ...filter, search: phone })).to.deep.equal([]);
      }
    });

    it("lists each account once, page by page", async () => {
      const all: string[] = [];
      for await (const users of allAccounts(context.app, { ...unfiltered, orderBy: "phone" })) {
        all.push(...users.map(({ phone }) => phone));
      }
      for (const orderBy of ["phone", "date_joined", ""]) {
        const seen: string[] = [];
        let pageToken = "";
        do {
          const page = await listAccounts(context.app, { ...unfiltered, orderBy, pageSize: 3, pageToken });
          seen.push(...page.rows.map(({ phone }) => phone));
          pageToken = page.nextPageToken;
        } while (pageToken !== "");
        expect([...seen].sort()).to.deep.equal(all);
      }
    });
  });
});
