import { Code, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { expect } from "chai";
import { AccountService, AccountState } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { laterActsOf } from "../audit/stored-history.js";
import { openProtocolClients, type ProtocolClient, readConnectError } from "../rpc/protocols.js";
import { administrator } from "../support/administrator.js";
import { useTestService } from "../support/service.js";
import { activeUser, registered } from "../support/test-context.js";

const { listAccounts, setAccountActive } = AccountService.method;

describe("accounts", () => {
  const service = useTestService();
  let protocols: ProtocolClient[];
  let headers: { authorization: string };
  let administratorId: number;
  before(async () => {
    protocols = openProtocolClients(service.origin);
    const { user, tokens } = await administrator(service.context);
    administratorId = user.id;
    headers = { authorization: `Bearer ${tokens.access}` };
  });
  after(() => {
    for (const protocol of protocols) protocol.close();
  });

  for (const [index, name] of ["gRPC", "gRPC-Web", "Connect binary", "Connect JSON"].entries()) {
    it(`are listed, deactivated and activated over ${name}`, async () => {
      const protocol = protocols[index]!;
      const { id, phone } = await activeUser(service.context);
      const page = await protocol.call(listAccounts, { search: phone, page_size: 1 }, headers);
      expect(page.data).to.have.nested.property("accounts[0].id", id);
      const ended = await protocol.call(setAccountActive, { phone, is_active: false }, headers);
      expect(ended.data).to.have.nested.property("account.phone", phone);
      expect(ended.data).not.to.have.nested.property("account.isActive", true);
      const inactive = await protocol.call(listAccounts, { search: phone, is_active: false }, headers);
      expect(inactive.data).to.have.nested.property("accounts[0].id", id);
      const again = await protocol.call(setAccountActive, { phone, is_active: true }, headers);
      expect(again.data).to.have.nested.property("account.id", id);
      const active = await protocol.call(listAccounts, { search: phone, is_active: true }, headers);
      expect(active.data).to.have.nested.property("accounts[0].id", id);
      const acts = await laterActsOf(service.context.app, id);
      const actor = { kind: "administrator", id: administratorId };
      expect(acts.map(({ action }) => action)).to.deep.equal(["deactivated", "reactivated"]);
      expect(acts.map((act) => act.actor)).to.deep.equal([actor, actor]);
    });
  }

  it("are counted, and listed by their state, over every protocol", async () => {
    const { id, phone } = await activeUser(service.context);
    const { database } = service.context.testDatabase;
    const leave = `UPDATE users SET deletion_at = now() + interval '14 days' WHERE id = ${id}`;
    await database.run(null, { name: "test_leave", text: leave, isAdHoc: true }, []);
    await registered(service.context);
    const { total, active, leaving, deactivated, pending } = await service.context.app.accountStatistics.read(
      null,
      service.context.clock.now(),
    );
    expect([leaving, pending]).to.deep.equal([1, 1]);
    // Clients leave out zeros, and name the fields in their own ways.
    const counts = [total, active, pending, deactivated, leaving].filter((count) => count > 0);
    for (const protocol of protocols) {
      const request = { search: phone, state: AccountState.LEAVING };
      const { data } = await protocol.call(listAccounts, request, headers);
      expect(data).to.have.nested.property("accounts[0].id", id);
      const { statistics } = data as Record<string, Record<string, number>>;
      expect(Object.values(statistics ?? {}).filter((count) => count > 0)).to.deep.equal(counts);
      const others = { search: phone, state: AccountState.ACTIVE };
      expect((await protocol.call(listAccounts, others, headers)).data).not.to.have.nested.property(
        "accounts[0]",
      );
    }
    const rest = `${service.origin}/api/auth/admin/users/?state=ACCOUNT_STATE_LEAVING`;
    const { data } = (await (await fetch(rest, { headers })).json()) as { data: Record<string, unknown> };
    expect(data).to.have.nested.property("users[0].id", id);
    expect(data.statistics).to.deep.equal({
      total_count: total,
      active_count: active,
      pending_count: pending,
      deactivated_count: deactivated,
      leaving_count: leaving,
    });
  });

  it("are listed by a Connect GET, under the same limit and never cached", async () => {
    const { id, phone } = await activeUser(service.context);
    const posted = await protocols[3]!.call(listAccounts, { search: phone }, headers);
    const responses: Response[] = [];
    const transport = createConnectTransport({
      baseUrl: service.origin,
      useHttpGet: true,
      fetch: async (input, init) => {
        expect(init?.method).to.equal("GET");
        const response = await fetch(input, init);
        responses.push(response);
        return response;
      },
    });
    const client = createClient(AccountService, transport);
    const { accounts } = await client.listAccounts({ search: phone }, { headers });
    expect(accounts.map((account) => account.id)).to.deep.equal([id]);
    const [response] = responses;
    expect(response!.headers.get("cache-control")).to.equal("no-store");
    const remaining = "x-ratelimit-remaining";
    expect(Number(response!.headers.get(remaining))).to.equal(Number(posted.header.get(remaining)) - 1);
  });

  it("are not exported by a Connect GET, which has no streams", async () => {
    const query = "connect=v1&encoding=json&message=%7B%7D";
    const url = `${service.origin}/waterbill.identity.v1.WhitelistService/ExportWhitelistEntries?${query}`;
    const response = await fetch(url, { headers });
    expect(response.status).to.equal(405);
    expect(response.headers.get("allow")).to.equal("POST");
    expect(response.headers.get("cache-control")).to.equal("no-store");
  });

  it("are not part of ProfileService", async () => {
    for (const method of ["ListUsers", "SetUserActive"]) {
      const url = `${service.origin}/waterbill.identity.v1.ProfileService/${method}`;
      const headers = { "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body: "{}" });
      expect(response.status, method).to.equal(404);
      expect((await readConnectError(response)).code, method).to.equal(Code.Unimplemented);
    }
  });
});
