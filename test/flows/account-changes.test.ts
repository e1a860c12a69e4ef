import type { JsonObject } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { expect } from "chai";
import { AccountRole, AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { BatchOutcome } from "#gen/waterbill/identity/v1/batch_result_pb.js";
import { ErrorReason } from "#gen/waterbill/identity/v1/error_reason_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import type { User } from "../../src/users/user.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { listHistory } from "../../src/whitelist/list-history.js";
import { laterActsOf } from "../audit/stored-history.js";
import { openProtocolClients } from "../rpc/protocols.js";
import { administrator } from "../support/administrator.js";
import { useTestService } from "../support/service.js";
import { activeUser, newPhone, signedIn } from "../support/test-context.js";
import { until } from "../support/until.js";
import { accepted, expectRefusal, useAllClients } from "./all-protocols.js";

const {
  batchSetAccountsActive,
  setAccountActive: setActive,
  setAccountRole,
  updateAccount,
} = AccountService.method;
const { batchUpdateWhitelistEntries } = WhitelistService.method;
const REASON = "Déménagement";

describe("changes that administrators make", () => {
  const service = useTestService();
  const protocols = useAllClients(service);

  async function staff() {
    const { user, tokens } = await administrator(service.context);
    return {
      actor: { kind: "administrator", id: user.id } as const,
      phone: user.phone,
      access: tokens.access,
    };
  }

  async function superuser() {
    const signed = await signedIn(service.context);
    const { id, phone } = signed.user;
    const rights = () => ({ isStaff: true, isSuperuser: true });
    await setRights(service.context.app, { phone, actor: COMMAND_LINE, rights });
    return { actor: { kind: "administrator", id } as const, id, phone, access: signed.tokens.access };
  }

  /** Rows as texts: number, outcome, reason, message. Enums are numbers over gRPC, and names over the others. */
  function rowsOf(data: Record<string, unknown>): string[] {
    const name = (names: Record<number, string>, value: unknown) =>
      typeof value === "number" ? names[value] : String(value).replace("BATCH_OUTCOME_", "");
    return (data.results as Record<string, unknown>[]).map(({ phone, outcome, reason, message }) =>
      [phone, name(BatchOutcome, outcome), ...(reason ? [name(ErrorReason, reason), message] : [])].join(" "),
    );
  }

  describe("BatchSetAccountsActive", () => {
    it("changes and refuses row by row, and records who and why", async () => {
      const { app } = service.context;
      const { actor, access } = await staff();
      const root = await superuser();
      for (const client of protocols) {
        const user = await activeUser(service.context);
        const unknown = newPhone();
        const phones = [` ${user.phone.slice(1)}`, root.phone, "12", unknown, user.phone];
        const call = () =>
          client.call(batchSetAccountsActive, { phones, is_active: false, reason: ` ${REASON} ` }, access);
        const refusals = [
          `${root.phone} REFUSED SUPERUSER_REQUIRED Réservé aux super-administrateurs.`,
          "12 REFUSED PHONE_LENGTH Le numéro de téléphone doit contenir entre 9 et 15 chiffres.",
          `${unknown} REFUSED ACCOUNT_NOT_FOUND Aucun compte n'a ce numéro de téléphone.`,
        ];
        const unchanged = `${user.phone} UNCHANGED`;
        const first = rowsOf(await accepted(call()));
        expect(first, client.name).to.deep.equal([`${user.phone} CHANGED`, ...refusals, unchanged]);
        expect(rowsOf(await accepted(call())), client.name).to.deep.equal([
          unchanged,
          ...refusals,
          unchanged,
        ]);
        const acts = await laterActsOf(app, user.id);
        expect(acts, client.name).to.have.length(1);
        expect(acts[0]).to.deep.include({ action: "deactivated", actor, reason: REASON });
      }
      expect((await app.users.findById(null, root.id))?.user.isActive).to.equal(true);
    });

    it("takes 500 numbers and not 501, and needs them, a state and a reason", async () => {
      const { access } = await staff();
      const numbers = (count: number) => Array.from({ length: count }, (_, n) => `+23797${1_000_000 + n}`);
      for (const client of protocols) {
        const call = (input: JsonObject) => client.call(batchSetAccountsActive, input, access);
        const rest = { is_active: true, reason: REASON };
        expect(rowsOf(await accepted(call({ phones: numbers(500), ...rest })))).to.have.length(500);
        const tooMany = await expectRefusal(call({ phones: numbers(501), ...rest }), "INVALID_REQUEST");
        expect(tooMany.fields, client.name).to.deep.equal({
          phones: "Ce champ doit contenir au maximum 500 éléments.",
        });
        const empty = await call({ phones: [], reason: " " });
        expect(Object.keys(empty.fields).sort(), client.name).to.deep.equal([
          "is_active",
          "phones",
          "reason",
        ]);
      }
    });

    it("ends between two rows when the deadline of the call has passed", async () => {
      const { app } = service.context;
      const { access } = await staff();
      for (const client of openProtocolClients(service.origin)) {
        const users = [await activeUser(service.context), await activeUser(service.context)];
        const [first, second] = users as [User, User];
        const isActive = async ({ id }: User) => (await app.users.findById(null, id))?.user.isActive;
        const input = { phones: [first.phone, second.phone], is_active: false, reason: REASON };
        await app.database.transaction(async (tx) => {
          await app.users.lock(tx, { id: first.id });
          const headers = { authorization: `Bearer ${access}` };
          const { code } = await client.call(batchSetAccountsActive, input, headers, 200);
          expect(code, client.name).to.equal(Code.DeadlineExceeded);
        });
        await until(async () => !(await isActive(first)));
        await setAccountActive(app, { phone: second.phone, isActive: true, actor: COMMAND_LINE });
        expect(await isActive(second), client.name).to.equal(true);
        expect(await laterActsOf(app, second.id), client.name).to.deep.equal([]);
        client.close();
      }
    });

    it("tells in English why a row is refused", async () => {
      const { access } = await staff();
      const response = await fetch(`${service.origin}/api/auth/admin/users/batch-set-active/`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${access}`,
          "content-type": "application/json",
          "accept-language": "en",
        },
        body: JSON.stringify({ phones: ["12"], is_active: true, reason: REASON }),
      });
      expect(await response.json()).to.deep.equal({
        status: "success",
        message: "Batch finished",
        data: {
          results: [
            {
              phone: "12",
              outcome: "BATCH_OUTCOME_REFUSED",
              reason: "PHONE_LENGTH",
              message: "The phone number must have between 9 and 15 digits.",
            },
          ],
        },
      });
    });
  });

  it("SetAccountActive records a reason, or none", async () => {
    const { actor, access } = await staff();
    for (const client of protocols) {
      const { id, phone } = await activeUser(service.context);
      await accepted(client.call(setActive, { phone, is_active: false, reason: ` ${REASON} ` }, access));
      await accepted(client.call(setActive, { phone, is_active: true }, access));
      const acts = await laterActsOf(service.context.app, id);
      expect(
        acts.map((act) => [act.action, act.reason]),
        client.name,
      ).to.deep.equal([
        ["deactivated", REASON],
        ["reactivated", null],
      ]);
      expect(acts[0]?.actor).to.deep.equal(actor);
    }
  });

  describe("SetAccountRole", () => {
    /** gRPC and the binary clients take numbers, JSON takes names with the prefix or without. */
    const roles = (client: { name: string }) =>
      client.name === "REST" ? ["STAFF", "ACCOUNT_ROLE_CUSTOMER"] : [AccountRole.STAFF, AccountRole.CUSTOMER];

    it("changes the role, with the rights of the next call, and records who and why", async () => {
      const root = await superuser();
      for (const client of protocols) {
        const { user, tokens } = await signedIn(service.context);
        const { phone } = user;
        const [toStaff = "", toCustomer = ""] = roles(client);
        const call = (role: string | number) =>
          accepted(client.call(setAccountRole, { phone, role, reason: ` ${REASON} ` }, root.access));
        expect(await call(toStaff), client.name).to.have.nested.property("account.is_staff", true);
        const batch = { phones: [newPhone()], notes: "x" };
        await accepted(client.call(batchUpdateWhitelistEntries, batch, tokens.access));
        await call(toStaff);
        expect(Number((await call(toCustomer)).revoked_count), client.name).to.equal(1);
        await expectRefusal(
          client.call(batchUpdateWhitelistEntries, batch, tokens.access),
          "UNAUTHENTICATED",
        );
        const acts = await laterActsOf(service.context.app, user.id);
        expect(acts.map(({ before, after }) => [before?.role, after?.role])).to.deep.equal([
          ["CUSTOMER", "STAFF"],
          ["STAFF", "CUSTOMER"],
        ]);
        for (const act of acts) {
          expect(act).to.deep.include({ action: "role_changed", actor: root.actor, reason: REASON });
        }
      }
    });

    it("is for superusers, needs a role and a reason, and keeps the last superuser", async () => {
      const { access } = await staff();
      const text = "UPDATE users SET is_superuser = false";
      await service.context.app.database.run(null, { name: "test_roles", text, isAdHoc: true }, []);
      const root = await superuser();
      for (const client of protocols) {
        const { phone } = await activeUser(service.context);
        const input = { phone, role: roles(client)[0]!, reason: REASON };
        await expectRefusal(client.call(setAccountRole, input, access), "SUPERUSER_REQUIRED");
        const own = { ...input, phone: root.phone };
        await expectRefusal(client.call(setAccountRole, own, root.access), "LAST_SUPERUSER");
        const { fields } = await client.call(setAccountRole, { phone, role: 0, reason: "" }, root.access);
        expect(Object.keys(fields).sort(), client.name).to.deep.equal(["reason", "role"]);
        const unknown = client.call(setAccountRole, { ...input, role: 9 }, root.access);
        expect(Object.keys((await unknown).fields), client.name).to.deep.equal(["role"]);
      }
    });
  });

  describe("UpdateAccount", () => {
    const update = (profile: JsonObject, paths = Object.keys(profile)) => {
      return { profile, update_mask: { paths } };
    };

    it("changes a profile as its owner does, whatever the account's state, and records who", async () => {
      const { app } = service.context;
      const { actor, access } = await staff();
      for (const [index, client] of protocols.entries()) {
        const { id, phone } = await activeUser(service.context);
        await setAccountActive(app, { phone, isActive: false, actor: COMMAND_LINE });
        const call = (profile: JsonObject) =>
          accepted(client.call(updateAccount, { phone, ...update(profile) }, access));
        const email = `owner${index}@example.com`;
        const changed = await call({ first_name: " Ada ", email, last_name: "Doe" });
        expect(changed.account, client.name).to.include({
          phone,
          first_name: "Ada",
          last_name: "Doe",
          email,
        });
        await call({ first_name: "Ada" });
        await call({ email: "" });
        expect((await app.users.findById(null, id))?.user).to.include({ email: null, isActive: false });
        const [, ...acts] = await laterActsOf(app, id);
        expect(
          acts.map(({ action, fields, actor: by }) => [action, fields, by]),
          client.name,
        ).to.deep.equal([
          ["profile_changed", ["first_name", "email"], actor],
          ["profile_changed", ["email"], actor],
        ]);
      }
    });

    it("refuses blank names, others' addresses and superusers' accounts", async () => {
      const { access } = await staff();
      const root = await superuser();
      for (const [index, client] of protocols.entries()) {
        const [one, two] = [await activeUser(service.context), await activeUser(service.context)];
        const call = ({ phone }: { phone: string }, profile: JsonObject) =>
          client.call(updateAccount, { phone, ...update(profile) }, access);
        const email = `shared${index}@example.com`;
        await accepted(call(one, { email }));
        await expectRefusal(call(two, { email: email.toUpperCase() }), "EMAIL_TAKEN");
        const { fields } = await call(two, { first_name: " ", email: "no address" });
        const prefix = client.name === "REST" ? "" : "profile.";
        expect(Object.keys(fields), client.name).to.deep.equal([`${prefix}email`]);
        const blank = await expectRefusal(call(two, { first_name: " " }), "INVALID_REQUEST");
        expect(Object.keys(blank.fields), client.name).to.deep.equal([`${prefix}first_name`]);
        await expectRefusal(call(root, { last_name: "Byron" }), "SUPERUSER_REQUIRED");
        await expectRefusal(call({ phone: newPhone() }, { last_name: "Byron" }), "ACCOUNT_NOT_FOUND");
      }
    });

    it("changes neither number, rights nor state", async () => {
      const { access } = await staff();
      const { id, phone } = await activeUser(service.context);
      for (const client of protocols) {
        const paths = ["phone", "is_staff", "is_active"];
        if (client.name !== "REST") {
          const call = client.call(updateAccount, { phone, ...update({}, paths) }, access);
          const { fields } = await expectRefusal(call, "INVALID_REQUEST");
          expect(Object.keys(fields), client.name).to.deep.equal(["update_mask"]);
          continue;
        }
        const profile = { phone: newPhone(), is_staff: true, is_active: false, id: 1 };
        await accepted(client.call(updateAccount, { phone, profile }, access));
      }
      expect((await service.context.app.users.findById(null, id))?.user).to.include({
        phone,
        isStaff: false,
        isActive: true,
      });
      expect(await laterActsOf(service.context.app, id)).to.deep.equal([]);
    });

    it("clears with null and with an empty text over REST, by PUT and PATCH, and leaves the rest", async () => {
      const { access } = await staff();
      const { phone } = await activeUser(service.context);
      const send = async (method: string, body: JsonObject) => {
        const response = await fetch(`${service.origin}/api/auth/admin/users/${phone}/`, {
          method,
          headers: { authorization: `Bearer ${access}`, "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        return (await response.json()) as { message: string; data: { account: JsonObject } };
      };
      const full = { email: "rest@example.com", address: "12 rue", apartment_name: "A1" };
      const { message, data } = await send("PUT", full);
      expect(message).to.equal("Profil du compte mis à jour avec succès");
      expect(data.account).to.include(full);
      expect((await send("PATCH", { email: null, address: "" })).data.account).to.include({
        email: null,
        address: null,
        apartment_name: "A1",
      });
      expect((await send("PUT", { apartmentName: "" })).data.account).to.include({ apartment_name: null });
      expect((await send("PATCH", {})).data.account).to.include({ phone, first_name: "John" });
    });
  });

  describe("BatchUpdateWhitelistEntries", () => {
    it("changes, removes and refuses row by row, and records who", async () => {
      const { app } = service.context;
      const { phone: admin, access } = await staff();
      for (const client of protocols) {
        const [one, two, unknown] = [newPhone(), newPhone(), newPhone()];
        for (const phone of [one, two])
          await addEntry(app, { phone, notes: "", isActive: true, actor: null });
        const call = async (phones: string[], change: JsonObject) =>
          rowsOf(await accepted(client.call(batchUpdateWhitelistEntries, { phones, ...change }, access)));
        const absent = `${unknown} REFUSED ENTRY_NOT_FOUND Numéro non trouvé dans la liste blanche.`;
        expect(
          await call([one, unknown, two], { is_active: false, notes: "bloc B" }),
          client.name,
        ).to.deep.equal([`${one} CHANGED`, absent, `${two} CHANGED`]);
        expect(await call([two, one], { is_active: false }), client.name).to.deep.equal([
          `${two} UNCHANGED`,
          `${one} UNCHANGED`,
        ]);
        expect(await call([one, one, unknown], { remove: true }), client.name).to.deep.equal([
          `${one} CHANGED`,
          `${one} UNCHANGED`,
          absent,
        ]);
        const { rows } = await listHistory(app, { phone: one, pageSize: 0, pageToken: "" });
        expect(rows.map(({ action, actor }) => [action, actor?.phone])).to.deep.equal([
          ["remove", admin],
          ["deactivate", admin],
          ["add", undefined],
        ]);
      }
    });

    it("needs a change or a removal, not both, for 1 to 500 numbers", async () => {
      const { access } = await staff();
      for (const client of protocols) {
        const call = async (input: JsonObject) => {
          const response = client.call(batchUpdateWhitelistEntries, input, access);
          return Object.keys((await expectRefusal(response, "INVALID_REQUEST")).fields);
        };
        const phones = [newPhone()];
        expect(await call({ phones }), client.name).to.deep.equal(["is_active"]);
        expect(await call({ phones, remove: true, notes: "x" }), client.name).to.deep.equal(["remove"]);
        expect(await call({ phones: [], remove: true }), client.name).to.deep.equal(["phones"]);
        const many = Array.from({ length: 501 }, (_, n) => `+23796${1_000_000 + n}`);
        expect(await call({ phones: many, remove: true }), client.name).to.deep.equal(["phones"]);
      }
    });
  });
});
