import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { type BuiltProgram, buildTemporaryProgram } from "../support/built-program.js";
import { useTestDatabase } from "../support/database.js";
import { aroundTests } from "../support/fixture.js";
import { recordSecret } from "../support/log.js";
import { activationCode, administratorOf } from "../support/rest-calls.js";
import { type RunningService, runService } from "../support/running-service.js";
import { type Series, scrape, withPrefix } from "../support/scrape.js";
import { freePort } from "../support/server-process.js";
import { generousLimits } from "../support/service.js";
import { sharedEnvironment } from "../support/shared-environment.js";
import { newPhone } from "../support/test-context.js";
import { until } from "../support/until.js";
import { accepted, type FlowClient, openAllClients } from "./all-protocols.js";
import { countCalls, WALK_COUNTS, type Walker, walk } from "./counted-walk.js";

/** What the service prints instead of sending it. */
function readMessages(service: RunningService): Pick<Walker, "activationCode" | "proof"> {
  return {
    async activationCode(phone) {
      const code = await activationCode(service, phone);
      recordSecret(code);
      return code;
    },
    async proof(phone, operation) {
      const pattern = new RegExp(`pour ${operation} - \\${phone}: (\\d{6})\\n.*token=(\\S+)`);
      const [, code = "", token = ""] = await service.printed(pattern);
      for (const secret of [code, token]) recordSecret(secret);
      return { code, token };
    },
  };
}

/** One over each protocol, and two over Connect. */
const WALKS = 5;

/** What all walks and the first start do. */
function countedAfter(walks: number): Record<string, number> {
  const counted = Object.entries(WALK_COUNTS).map(([series, count]) => [series, count * walks] as const);
  const opened = 'waterbill_sessions_total{event="opened"}';
  return {
    ...Object.fromEntries(counted),
    // The administrator's.
    [opened]: WALK_COUNTS[opened]! * walks + 1,
    'waterbill_acts_total{action="account_created",actor="system"}': 1,
  };
}

const smsIn = (counts: Record<string, number>) =>
  Object.entries(counts).reduce(
    (sum, [name, count]) => sum + (name.startsWith("waterbill_sms_total") ? count : 0),
    0,
  );

describe("the metrics of a service", function () {
  this.timeout(120_000);
  // Each service starts for the first time, and so has a superuser.
  const database = useTestDatabase({ scope: "test" });
  let program: BuiltProgram;
  before(async () => {
    program = await buildTemporaryProgram();
  });
  after(() => program.remove());

  let service: RunningService;
  let metricsPort: number;
  async function start(environment: Record<string, string>): Promise<void> {
    metricsPort = await freePort();
    const settings = {
      ...generousLimits,
      ...sharedEnvironment(database),
      ...{ NODE_ENV: "development", LIMIT_FORGOT: "1/hour", REFRESH_REUSE_GRACE: "0" },
      // Each walker has an address of its own.
      TRUSTED_PROXIES: "127.0.0.1",
      METRICS_PORT: String(metricsPort),
      ...environment,
    };
    service = await runService(settings, undefined, program.start);
  }
  // Before the database is dropped.
  aroundTests(async () => () => service.kill(), "test");

  /** Walks over every protocol at once. Returns how often each series of calls must have been counted. */
  async function walkOverAll(): Promise<Record<string, number>> {
    const calls: Record<string, number> = {};
    const clients = openAllClients(`http://127.0.0.1:${service.port}`);
    const administrator = await signInAdministrator(countCalls(clients[0]!, calls));
    await Promise.all(
      clients.map(async (client, index) => {
        const phones = [newPhone(), newPhone()] as const;
        await allow(phones);
        const own = client.at(`198.51.100.${index}`);
        await walk({ client: countCalls(own, calls), phones, administrator, ...readMessages(service) });
        client.close();
      }),
    );
    return calls;
  }

  async function allow(phones: readonly string[]): Promise<void> {
    const text = "INSERT INTO whitelist_entries (phone, added_at) SELECT unnest($1::text[]), now()";
    await database.database.run(null, { name: "test_allow", text }, [phones]);
  }

  async function signInAdministrator(client: FlowClient): Promise<string> {
    const { tokens } = await accepted(
      client.call(AuthService.method.login, { ...(await administratorOf(service)) }),
    );
    return (tokens as { access: string }).access;
  }

  /** The metrics once the messages that are sent in the background are counted. */
  async function counted(): Promise<Series> {
    let series: Series = new Map();
    await until(async () => {
      series = await scrape(metricsPort);
      return smsIn(Object.fromEntries(series)) === smsIn(countedAfter(WALKS));
    });
    return series;
  }

  function expectCounted(series: Series, calls: Record<string, number>): void {
    const gauges = /^waterbill_(workers|build_info|password_hashes|rate_limits_in_memory|sms_budget)/;
    const counters = new Map([...series].filter(([name]) => !gauges.test(name)));
    expect(withPrefix(counters, "waterbill_")).to.deep.equal(countedAfter(WALKS));
    expect(withPrefix(series, "rpc_server_call_duration_seconds_count")).to.deep.equal(calls);
  }

  it("match what was done, exactly", async () => {
    await start({ WORKERS: "" });
    const calls = await walkOverAll();
    const series = await counted();
    expectCounted(series, calls);
    expect(series.get("waterbill_workers")).to.equal(1);
    expect(series.get("waterbill_rate_limits_in_memory")).to.equal(0);
    expect(series.get('waterbill_sms_budget_used_ratio{scope="total",period="hour"}')).to.be.within(0, 1);
    expect(series.get("db_client_connection_max")).to.equal(10);
    expect(series.get('db_client_connection_count{db_client_connection_state="idle"}')).to.be.at.least(1);
    expect(series.get("nodejs_eventloop_lag_p99_seconds")).to.be.a("number");
    const phones = [...series.keys()].filter((name) => /\d{9}/.test(name));
    expect(phones).to.deep.equal([]);
  });

  it("are the sum over all workers, and of those that were replaced", async () => {
    await start({ WORKERS: "2", PORT: String(await freePort()) });
    await service.printed(/all workers serve/);
    const calls = await walkOverAll();
    expectCounted(await counted(), calls);
    process.kill(service.pid, "SIGHUP");
    await service.printed(/all workers are replaced/);
    const series = await scrape(metricsPort);
    expectCounted(series, calls);
    expect(series.get("waterbill_workers")).to.equal(2);
  });
});
