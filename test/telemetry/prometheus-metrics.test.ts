import { expect } from "chai";
import { toPrometheusText, toTotals } from "../../src/telemetry/merge-snapshots.js";
import type { EndedCall, Gauges, Metrics } from "../../src/telemetry/metrics.js";
import { createPrometheusMetrics } from "../../src/telemetry/prometheus-metrics.js";
import { SERVICE_METRICS } from "../deploy/exported-metrics.js";

const LOGIN: EndedCall = {
  protocol: "grpc-web",
  method: "waterbill.identity.v1.AuthService/Login",
  status: "ok",
  reason: undefined,
  seconds: 0.03,
};

const GAUGES: Gauges = {
  hashes: () => ({ running: 2, waiting: 3 }),
  connections: () => ({ used: 4, idle: 5, waiting: 6, max: 10 }),
  limitsInMemory: () => true,
  smsBudgetUse: async () => ({ hour: 0.25 }),
};

/** The lines of the metrics whose names start with one of ours. */
async function linesOf(...metrics: Metrics[]): Promise<string[]> {
  const text = await toPrometheusText(await Promise.all(metrics.map((each) => each.snapshot())));
  return text.split("\n").filter((line) => /^(waterbill|rpc|db)_/.test(line) && !line.endsWith(" 0"));
}

describe("the metrics of a process", () => {
  it("name a call as OpenTelemetry's conventions do, with its reason", async () => {
    const metrics = createPrometheusMetrics("1.2.3");
    metrics.callEnded(LOGIN);
    metrics.callEnded({
      ...LOGIN,
      protocol: "connect",
      status: "resource_exhausted",
      reason: "RATE_LIMITED",
    });
    metrics.callEnded({ ...LOGIN, protocol: "grpc", status: "canceled" });
    const counts = (await linesOf(metrics)).filter((line) => line.includes("_count"));
    expect(counts).to.deep.equal([
      'rpc_server_call_duration_seconds_count{rpc_system_name="grpc_web",rpc_method="waterbill.identity.v1.AuthService/Login",rpc_response_status_code="OK",error_type=""} 1',
      'rpc_server_call_duration_seconds_count{rpc_system_name="connectrpc",rpc_method="waterbill.identity.v1.AuthService/Login",rpc_response_status_code="RESOURCE_EXHAUSTED",error_type="RATE_LIMITED"} 1',
      'rpc_server_call_duration_seconds_count{rpc_system_name="grpc",rpc_method="waterbill.identity.v1.AuthService/Login",rpc_response_status_code="CANCELLED",error_type=""} 1',
    ]);
  });

  it("count in buckets up to the duration of a call", async () => {
    const metrics = createPrometheusMetrics("1.2.3");
    metrics.callEnded(LOGIN);
    const text = await toPrometheusText([await metrics.snapshot()]);
    const buckets = text.match(/_bucket\{le="(0\.025|0\.05)".* (\d)/g);
    expect(buckets?.map((line) => line.slice(-1))).to.deep.equal(["0", "1"]);
  });

  it("count requests of OAuth by endpoint and error", async () => {
    const metrics = createPrometheusMetrics("1.2.3");
    metrics.oauthRequestEnded({ endpoint: "oauth2/token", error: null });
    metrics.oauthRequestEnded({ endpoint: "oauth2/token", error: "invalid_client" });
    expect((await linesOf(metrics)).slice(0, 2)).to.deep.equal([
      'waterbill_oauth_requests_total{endpoint="oauth2/token",error=""} 1',
      'waterbill_oauth_requests_total{endpoint="oauth2/token",error="invalid_client"} 1',
    ]);
  });

  it("tell confirmations, notices and refused messages from codes", async () => {
    const metrics = createPrometheusMetrics("1.2.3");
    metrics.smsEnded("confirmation", "accepted");
    metrics.smsEnded("notice", "unknown");
    metrics.smsEnded("phone_change", "failed");
    metrics.smsRefused("budget");
    metrics.smsRefused("paused");
    const lines = (await linesOf(metrics)).filter((line) => /_(sms|codes)_/.test(line));
    expect(lines).to.deep.equal([
      'waterbill_sms_total{kind="code",outcome="failed"} 1',
      'waterbill_sms_total{kind="confirmation",outcome="accepted"} 1',
      'waterbill_sms_total{kind="notice",outcome="unknown"} 1',
      'waterbill_sms_refused_total{refusal="paused"} 1',
      'waterbill_sms_refused_total{refusal="budget"} 1',
    ]);
  });

  it("read the gauges at each snapshot, and add up those of several processes", async () => {
    const [one, two] = [createPrometheusMetrics("1.2.3"), createPrometheusMetrics("1.2.3")];
    one.watch(GAUGES);
    two.watch({ ...GAUGES, smsBudgetUse: async () => ({}), limitsInMemory: () => false });
    expect(await linesOf(one, two)).to.deep.equal([
      "waterbill_workers 2",
      'waterbill_build_info{version="1.2.3"} 1',
      'waterbill_password_hashes{state="running"} 4',
      'waterbill_password_hashes{state="waiting"} 6',
      'db_client_connection_count{db_client_connection_state="used"} 8',
      'db_client_connection_count{db_client_connection_state="idle"} 10',
      "db_client_connection_pending_requests 12",
      "db_client_connection_max 20",
      "waterbill_rate_limits_in_memory 1",
      'waterbill_sms_budget_used_ratio{scope="total",period="hour"} 0.25',
    ]);
  });

  it("have the series whose labels are known from the start, because Prometheus doesn't see the first value", async () => {
    const text = await toPrometheusText([await createPrometheusMetrics("1.2.3").snapshot()]);
    for (const series of [
      "waterbill_activations_total",
      'waterbill_sessions_total{event="reused"}',
      'waterbill_codes_total{purpose="phone_change",event="refused"}',
      'waterbill_sms_total{kind="notice",outcome="unknown"}',
    ]) {
      expect(text).to.include(`\n${series} 0\n`);
    }
    expect(text).to.match(/\nprocess_start_time_seconds \d+/);
  });

  it("are those that the alerts are written for, with their labels", async () => {
    const metrics = createPrometheusMetrics("1.2.3");
    metrics.watch(GAUGES);
    metrics.callEnded(LOGIN);
    metrics.actCommitted({ action: "activated", actor: "owner", sessionCount: 0 });
    metrics.limitsReached(["login"]);
    metrics.oauthRequestEnded({ endpoint: "/oauth2/token", error: null });
    const ours = (await metrics.snapshot()).filter(({ name }) => /^(waterbill|rpc|db)_/.test(name));
    const exported = ours.map(({ name, type, values }) => {
      const labels = values.flatMap(({ labels }) => Object.keys(labels)).filter((label) => label !== "le");
      return [name, { type: String(type), labels: [...new Set(labels)].sort() }] as const;
    });
    const expected = Object.entries(SERVICE_METRICS).map(
      ([name, { type, labels }]) => [name, { type, labels: Object.keys(labels).sort() }] as const,
    );
    expect(Object.fromEntries(exported)).to.deep.equal(Object.fromEntries(expected));
  });

  it("keep their counters as totals, and no gauges", async () => {
    const metrics = createPrometheusMetrics("1.2.3");
    metrics.callEnded(LOGIN);
    metrics.limitsReached(["login"]);
    const totals = await toTotals([await metrics.snapshot(), await metrics.snapshot()]);
    const text = await toPrometheusText([totals]);
    expect(text).to.include('waterbill_rate_limited_total{limit="login"} 2\n');
    expect(text).to.match(/rpc_server_call_duration_seconds_sum\{.*\} 0.06\n/);
    expect(text).not.to.include("waterbill_workers");
  });
});
