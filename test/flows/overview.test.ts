import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import { AccountRole, AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { type Actor, COMMAND_LINE } from "../../src/audit/act.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { administrator } from "../support/administrator.js";
import { useFixture } from "../support/fixture.js";
import { startRedis } from "../support/redis-server.js";
import { generousLimits, type TestService, useTestService } from "../support/service.js";
import { activeUser, newPhone, signedIn } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { getOverview } = AccountService.method;

type Message = Record<string, unknown>;

const overview = async (client: FlowClient, token: string) =>
  accepted(client.call(getOverview, {}, token)) as Promise<Record<string, Message & Message[]>>;

/** Makes an account of a signed-in person a superuser's. */
async function superuser({ context }: TestService) {
  const signed = await signedIn(context);
  const rights = () => ({ isStaff: false, isSuperuser: true });
  await setRights(context.app, { phone: signed.user.phone, actor: COMMAND_LINE, rights });
  return signed;
}

describe("the overview for administrators", () => {
  const service = useTestService();
  const protocols = useAllClients(service);

  it("has role, statistics and latest changes, over every protocol", async () => {
    const { context } = service;
    const { user: admin, tokens } = await administrator(context);
    const actor: Actor = { kind: "administrator", id: admin.id };
    for (const client of protocols) {
      const { id, phone } = await activeUser(context);
      context.clock.advance(1);
      await setAccountActive(context.app, { phone, isActive: false, reason: "Moved out", actor });
      const listed = newPhone();
      await addEntry(context.app, { phone: listed, notes: "Bâtiment B", isActive: true, actor: admin });
      const page = await overview(client, tokens.access);
      expect([AccountRole.STAFF, "ACCOUNT_ROLE_STAFF"], client.name).to.include(page.role);
      expect(page.account_statistics?.deactivated_count).to.be.above(0);
      expect(page.whitelist_statistics?.total_count).to.be.above(1);
      const [change] = page.account_changes!;
      expect(change).to.include({ account_id: id, account_phone: phone, account_display_name: "John Doe" });
      expect(change?.change).to.deep.include({ number: 3 });
      const made = change?.change as Message;
      expect(made.actor).to.include({ id: admin.id, phone: admin.phone });
      expect([made.reason ?? null, made.before ?? {}, made.after ?? {}]).to.deep.equal([null, {}, {}]);
      const [entry] = page.whitelist_changes!;
      expect(entry).to.include({ phone: listed, change_count: 1 });
      expect(entry?.change).to.include({ actor_phone: admin.phone, actor_display: "John Doe" });
      expect(JSON.stringify(page)).not.to.match(/Moved out|Bâtiment/);
      const figures = [page.is_sms_paused, page.failed_sms_last_hour, page.are_limits_in_memory];
      expect(figures.map(Boolean)).to.deep.equal([false, false, false]);
      expect(page.sends_last_hour).to.be.above(0);
    }
  });

  it("has every field over REST, and a message in both languages", async () => {
    const { tokens } = await administrator(service.context);
    for (const [path, language, expected] of [
      ["/api/auth/admin/overview/", "fr", "Vue d'ensemble récupérée avec succès"],
      ["/api/admin/overview", "en", "Overview retrieved successfully"],
    ] as const) {
      const headers = { authorization: `Bearer ${tokens.access}`, "accept-language": language };
      const response = await fetch(`${service.origin}${path}`, { headers });
      const { message, data } = (await response.json()) as { message: string; data: Message };
      expect(message).to.equal(expected);
      expect(Object.keys(data)).to.deep.equal([
        ...["role", "account_statistics", "whitelist_statistics", "account_changes", "whitelist_changes"],
        ...["is_sms_paused", "failed_sms_last_hour", "sends_last_hour", "are_limits_in_memory"],
      ]);
    }
  });

  it("is refused to others, and hides changes to superusers' accounts from staff", async () => {
    const staff = await administrator(service.context);
    const customer = await signedIn(service.context);
    const above = await superuser(service);
    service.context.clock.advance(1);
    const target = await superuser(service);
    for (const client of protocols) {
      await expectRefusal(client.call(getOverview, {}), "UNAUTHENTICATED");
      await expectRefusal(client.call(getOverview, {}, customer.tokens.access), "ADMIN_REQUIRED");
      const seen = async (token: string) =>
        (await overview(client, token)).account_changes!.map(({ account_id }) => account_id);
      const ids = [target.user.id, above.user.id];
      const forStaff = await seen(staff.tokens.access);
      expect(forStaff, client.name).to.include(staff.user.id);
      expect(forStaff.filter((id) => ids.includes(Number(id)))).to.deep.equal([]);
      expect((await seen(above.tokens.access)).slice(0, 2), client.name).to.deep.equal(ids);
      const { role } = await overview(client, above.tokens.access);
      expect([AccountRole.SUPERUSER, "ACCOUNT_ROLE_SUPERUSER"]).to.include(role);
    }
  });
});

describe("the overview of a service without Redis", () => {
  const service = useTestService({ environment: { ...generousLimits, REDIS_URL: "" } });
  const protocols = useAllClients(service);

  it("says that limits are in memory", async () => {
    const { tokens } = await administrator(service.context);
    for (const client of protocols) {
      const { are_limits_in_memory } = await overview(client, tokens.access);
      expect(are_limits_in_memory, client.name).to.equal(true);
    }
  });
});

describe("the overview of a service whose Redis stops", () => {
  const redis = useFixture(startRedis, (server) => server.stop());
  const service = useTestService({ environment: () => ({ ...generousLimits, REDIS_URL: redis.url }) });
  const protocols = useAllClients(service);

  it("says that limits are in memory until it is back", async () => {
    const { tokens } = await administrator(service.context);
    const [client] = protocols;
    const inMemory = async () => Boolean((await overview(client!, tokens.access)).are_limits_in_memory);
    expect(await inMemory()).to.equal(false);
    await redis.halt();
    while (!(await inMemory())) await nextTurn();
    await redis.resume();
    while (await inMemory()) await nextTurn();
  });
});
