import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { laterActsOf } from "../audit/stored-history.js";
import { administrator } from "../support/administrator.js";
import { useTestService } from "../support/service.js";
import { activeUser, newPhone, registered, signedIn } from "../support/test-context.js";
import { accepted, expectRefusal, useAllClients } from "./all-protocols.js";

const { getAccount, listAccountHistory, listAccountSessions, setAccountActive } = AccountService.method;

type Message = Record<string, unknown>;

describe("what administrators see of an account", () => {
  const service = useTestService();
  const protocols = useAllClients(service);

  const json = async (path: string, token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${service.origin}/api/auth/admin/users/${path}`, { headers });
    return (await response.json()) as { message: string; data: Record<string, never> };
  };

  it("is its page, over every protocol", async () => {
    const { tokens } = await administrator(service.context);
    for (const client of protocols) {
      const { user } = await signedIn(service.context);
      const page = await accepted(client.call(getAccount, { phone: user.phone.slice(1) }, tokens.access));
      expect(page.account, client.name).to.include({ id: user.id, phone: user.phone });
      expect(page.whitelist_item).to.include({ phone: user.phone, is_active: true });
      expect(page).to.include({ open_session_count: 1, named_attempts_left: 49, is_country_allowed: true });
      const [send] = page.sends as Message[];
      expect(send).to.include({ network: "127.0.0.0/24" });
      expect(page.next_sends).to.have.length(1);
    }
  });

  it("is its page over REST, with every field", async () => {
    const { tokens } = await administrator(service.context);
    const { phone } = await signedIn(service.context).then(({ user }) => user);
    const { message, data } = await json(`${phone}/`, tokens.access);
    expect(message).to.equal("Utilisateur récupéré avec succès");
    expect(Object.keys(data)).to.deep.equal([
      ...["account", "whitelist_item", "open_session_count", "sends_last_24_hours", "sends", "next_sends"],
      ...["registrations", "codes", "named_attempts_left", "other_attempts_left", "is_sms_paused"],
      "is_country_allowed",
    ]);
    const at = service.context.clock.now().toISOString().replace(".000Z", "Z");
    expect(data.sends).to.deep.equal([
      {
        ...{ sent_at: at, purpose: "CODE_PURPOSE_ACTIVATION", network: "127.0.0.0/24" },
        delivery: "DELIVERY_ACCEPTED",
      },
    ]);
  });

  it("is a registration that waits, without an account", async () => {
    const { tokens } = await administrator(service.context);
    for (const client of protocols) {
      const phone = await registered(service.context);
      const page = await accepted(client.call(getAccount, { phone }, tokens.access));
      expect(page.account ?? null, client.name).to.equal(null);
      const [registration, ...others] = page.registrations as Message[];
      expect(registration).to.include({ first_name: "John", named_attempts_left: 5, other_attempts_left: 5 });
      expect(registration?.codes).to.have.length(1);
      expect(others).to.deep.equal([]);
      const code = service.context.outbox.codeFor(phone);
      expect(JSON.stringify(page)).not.to.match(new RegExp(`"${code}"`));
      await expectRefusal(client.call(getAccount, { phone: newPhone() }, tokens.access), "ACCOUNT_NOT_FOUND");
    }
  });

  it("is its history in pages, latest first", async () => {
    const { user: admin, tokens } = await administrator(service.context);
    for (const client of protocols) {
      const { id, phone } = await activeUser(service.context);
      await accepted(client.call(setAccountActive, { phone, is_active: false }, tokens.access));
      const list = (input: { page_token?: string }) =>
        accepted(client.call(listAccountHistory, { phone, page_size: 2, ...input }, tokens.access));
      const first = await list({});
      const second = await list({ page_token: String(first.next_page_token) });
      const changes = [first, second].flatMap((page) => page.changes as Message[]);
      expect(
        changes.map(({ number }) => number),
        client.name,
      ).to.deep.equal([3, 2, 1]);
      expect(changes[0]?.actor).to.include({ id: admin.id, display_name: "John Doe", phone: admin.phone });
      expect(changes[0]?.session_count ?? 0).to.equal(0);
      expect(second.next_page_token ?? "").to.equal("");
      const byId = await accepted(client.call(listAccountHistory, { phone: String(id) }, tokens.access));
      expect((byId.changes as Message[])[0]).to.include({ number: 4 });
    }
  });

  it("is its history without the reads of administrators, which are recorded all the same", async () => {
    const { tokens } = await administrator(service.context);
    for (const client of protocols) {
      const { id, phone } = await activeUser(service.context);
      await accepted(client.call(getAccount, { phone }, tokens.access));
      const list = (input: { page_token?: string; omit_views?: boolean }) =>
        client.call(listAccountHistory, { phone, page_size: 1, omit_views: true, ...input }, tokens.access);
      const first = await accepted(list({}));
      const page_token = String(first.next_page_token);
      const second = await accepted(list({ page_token }));
      const changes = [first, second].flatMap((page) => page.changes as Message[]);
      expect(
        changes.map(({ number }) => number),
        client.name,
      ).to.deep.equal([2, 1]);
      expect(second.next_page_token ?? "").to.equal("");
      await expectRefusal(list({ page_token, omit_views: false }), "INVALID_REQUEST");
      const acts = await laterActsOf(service.context.app, id);
      expect(acts.map(({ action, fields }) => [action, ...fields])).to.deep.equal([
        ["viewed", "account"],
        ["viewed", "history"],
      ]);
    }
  });

  it("is its history over REST, with every field and its values", async () => {
    const { tokens } = await administrator(service.context);
    const { phone } = await activeUser(service.context);
    const rights = () => ({ isStaff: true, isSuperuser: false });
    await setRights(service.context.app, { phone, actor: COMMAND_LINE, rights });
    const { message, data } = await json(`${phone}/history/?page_size=1`, tokens.access);
    expect(message).to.equal("Historique récupéré avec succès");
    const at = service.context.clock.now().toISOString().replace(".000Z", "Z");
    const nobody = { id: null, display_name: null, phone: null };
    expect(data.changes).to.deep.equal([
      {
        ...{ number: 3, at, action: "ACCOUNT_ACTION_ROLE_CHANGED" },
        actor: { kind: "ACCOUNT_ACTOR_KIND_COMMAND_LINE", ...nobody },
        ...{ fields: ["role"], before: { role: "CUSTOMER" }, after: { role: "STAFF" } },
        ...{ reason: null, session_id: null, session_count: null },
      },
    ]);
  });

  it("is recorded with who read which part, over every protocol", async () => {
    const { user: admin, tokens } = await administrator(service.context);
    for (const client of protocols) {
      const { id, phone } = await activeUser(service.context);
      for (const method of [getAccount, listAccountSessions, listAccountHistory]) {
        await accepted(client.call(method, { phone }, tokens.access));
      }
      const actor = { kind: "administrator", id: admin.id };
      const acts = await laterActsOf(service.context.app, id);
      expect(acts.map(({ action, fields, actor: by }) => ({ action, fields, by }))).to.deep.equal(
        ["account", "sessions", "history"].map((part) => ({ action: "viewed", fields: [part], by: actor })),
      );
    }
    await accepted(protocols[0]!.call(getAccount, { phone: admin.phone }, tokens.access));
    const own = await laterActsOf(service.context.app, admin.id);
    expect(own.at(-1)).to.deep.include({ action: "viewed", fields: ["account"] });
  });

  it("is for administrators, and of a superuser for superusers", async () => {
    const { tokens } = await administrator(service.context);
    const superuser = await signedIn(service.context);
    const { phone } = superuser.user;
    const rights = () => ({ isStaff: false, isSuperuser: true });
    await setRights(service.context.app, { phone, actor: COMMAND_LINE, rights });
    const customer = await signedIn(service.context);
    for (const client of protocols) {
      for (const method of [getAccount, listAccountHistory]) {
        await expectRefusal(client.call(method, { phone }), "UNAUTHENTICATED");
        await expectRefusal(client.call(method, { phone }, customer.tokens.access), "ADMIN_REQUIRED");
        await expectRefusal(client.call(method, { phone }, tokens.access), "SUPERUSER_REQUIRED");
        await accepted(client.call(method, { phone }, superuser.tokens.access));
      }
    }
    const { id } = superuser.user;
    const acts = await laterActsOf(service.context.app, id);
    expect(acts.filter(({ action }) => action === "viewed")).to.have.length(2 * protocols.length);
  });
});
