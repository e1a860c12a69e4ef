import { Agent, get } from "node:http";
import { expect } from "chai";
import { type BuiltProgram, buildTemporaryProgram } from "../support/built-program.js";
import { useTestDatabase } from "../support/database.js";
import { recordSecret } from "../support/log.js";
import { activationCode, CUSTOMER, login, post, registration, succeed } from "../support/rest-calls.js";
import { type RunningService, runService } from "../support/running-service.js";
import { type Series, scrape, withPrefix } from "../support/scrape.js";
import { freePort } from "../support/server-process.js";
import { generousLimits } from "../support/service.js";
import { sharedEnvironment } from "../support/shared-environment.js";
import { newPhone } from "../support/test-context.js";
import { until } from "../support/until.js";

/** Reads a profile on a connection of its own, so that workers have their turns. */
function readProfile({ port }: RunningService, access: string): Promise<number | undefined> {
  const options = { port, path: "/api/profile/", headers: { authorization: `Bearer ${access}` } };
  return new Promise((resolve, reject) => {
    const request = get({ ...options, agent: new Agent({ keepAlive: false }) }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    });
    request.on("error", reject);
  });
}

/** What the walk does, as the metrics say it. */
const COUNTED = {
  waterbill_registrations_total: 1,
  waterbill_activations_total: 1,
  'waterbill_codes_total{purpose="activation",event="sent"}': 1,
  'waterbill_codes_total{purpose="activation",event="refused"}': 1,
  'waterbill_codes_total{purpose="activation",event="verified"}': 1,
  'waterbill_codes_total{purpose="password_reset",event="sent"}': 1,
  'waterbill_sessions_total{event="opened"}': 2,
  'waterbill_sessions_total{event="refreshed"}': 2,
  'waterbill_sessions_total{event="ended"}': 2,
  'waterbill_sessions_total{event="reused"}': 1,
  'waterbill_sign_ins_refused_total{reason="CREDENTIALS_REJECTED"}': 2,
  'waterbill_acts_total{action="registered",actor="owner"}': 1,
  'waterbill_acts_total{action="activated",actor="owner"}': 1,
  'waterbill_acts_total{action="refresh_reused",actor="system"}': 1,
  'waterbill_acts_total{action="session_ended",actor="owner"}': 1,
  'waterbill_sms_total{kind="code",outcome="accepted"}': 2,
  'waterbill_rate_limited_total{limit="forgot"}': 1,
};

const READS = 6;

const callsOf = (method: string, status: string, reason: string) =>
  `rpc_server_call_duration_seconds_count{rpc_system_name="rest",rpc_method="waterbill.identity.v1.${method}",` +
  `rpc_response_status_code="${status}",error_type="${reason}"}`;

const CALLS = {
  [callsOf("AuthService/Register", "OK", "")]: 1,
  [callsOf("AuthService/Activate", "INVALID_ARGUMENT", "CODE_INCORRECT")]: 1,
  [callsOf("AuthService/Activate", "OK", "")]: 1,
  [callsOf("AuthService/Login", "UNAUTHENTICATED", "CREDENTIALS_REJECTED")]: 2,
  [callsOf("AuthService/Login", "OK", "")]: 2,
  [callsOf("AuthService/RefreshToken", "OK", "")]: 2,
  [callsOf("AuthService/RefreshToken", "UNAUTHENTICATED", "REFRESH_REJECTED")]: 1,
  [callsOf("AuthService/Logout", "OK", "")]: 1,
  [callsOf("AuthService/RequestPasswordReset", "OK", "")]: 1,
  [callsOf("AuthService/RequestPasswordReset", "RESOURCE_EXHAUSTED", "RATE_LIMITED")]: 1,
  [callsOf("ProfileService/GetProfile", "OK", "")]: READS,
};

describe("the metrics of a service", function () {
  this.timeout(120_000);
  const database = useTestDatabase();
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
      ...{ NODE_ENV: "test", LIMIT_FORGOT: "1/hour", REFRESH_REUSE_GRACE: "0" },
      METRICS_PORT: String(metricsPort),
      ...environment,
    };
    service = await runService(settings, undefined, program.start);
  }
  afterEach(() => service.kill());

  async function walk(): Promise<void> {
    const phone = newPhone();
    const { password } = CUSTOMER;
    const allow = "INSERT INTO whitelist_entries (phone, added_at) VALUES ($1, now())";
    await database.database.run(null, { name: "test_allow", text: allow }, [phone]);
    await succeed(service, "register", registration(phone));
    const code = await activationCode(service, phone);
    recordSecret(code);
    await post(service, "activate", { phone, code: code === "000000" ? "000001" : "000000" });
    await succeed(service, "activate", { phone, code });
    for (const wrong of ["wrong", "again"]) await post(service, "login", { phone, password: wrong });
    const stolen = await login(service, { phone, password });
    for (let read = 0; read < READS; read++) expect(await readProfile(service, stolen.access)).to.equal(200);
    const next = await succeed(service, "token/refresh", { refresh: stolen.refresh });
    await succeed(service, "token/refresh", { refresh: next.refresh });
    await post(service, "token/refresh", { refresh: stolen.refresh });
    const last = await login(service, { phone, password });
    await succeed(service, "logout", { refresh: last.refresh }, last.access);
    for (let call = 0; call < 2; call++) await post(service, "password/forgot", { phone });
  }

  /** The metrics once the message that is sent in the background is counted. */
  async function counted(): Promise<Series> {
    let series: Series = new Map();
    await until(async () => {
      series = await scrape(metricsPort);
      return series.get('waterbill_codes_total{purpose="password_reset",event="sent"}') === 1;
    });
    return series;
  }

  function expectCounted(series: Series): void {
    const gauges = /^waterbill_(workers|build_info|password_hashes|rate_limits_in_memory|sms_budget)/;
    const counters = new Map([...series].filter(([name]) => !gauges.test(name)));
    expect(withPrefix(counters, "waterbill_")).to.deep.equal(COUNTED);
    expect(withPrefix(series, "rpc_server_call_duration_seconds_count")).to.deep.equal(CALLS);
  }

  it("match what was done, exactly", async () => {
    await start({ WORKERS: "" });
    await walk();
    const series = await counted();
    expectCounted(series);
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
    await walk();
    expectCounted(await counted());
    process.kill(service.pid, "SIGHUP");
    await service.printed(/all workers are replaced/);
    const series = await scrape(metricsPort);
    expectCounted(series);
    expect(series.get("waterbill_workers")).to.equal(2);
  });
});
