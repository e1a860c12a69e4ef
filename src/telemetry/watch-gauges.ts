import { Counter, Gauge, type Registry } from "prom-client";
import type { Gauges } from "./metrics.js";

/** Registers what is said of workers. */
export function registerWorkers(register: Registry): { workers: Gauge; failures: Counter } {
  const registers = [register];
  return {
    workers: new Gauge({ name: "waterbill_workers", help: "Processes that serve.", registers }),
    failures: new Counter({
      name: "waterbill_worker_failures_total",
      help: "Workers that ended with an error, or were killed.",
      registers,
    }),
  };
}

/** Registers what a process says about itself: its version, and that it is all that serves, unless it has a supervisor. */
export function registerProcess(register: Registry, version: string): void {
  const registers = [register];
  registerWorkers(register).workers.set(1);
  new Gauge({
    name: "waterbill_build_info",
    help: "The version of the program; the value is 1.",
    labelNames: ["version"],
    registers,
    aggregator: "first",
  }).set({ version }, 1);
}

/** Registers gauges whose values are read at each snapshot. */
export function watchGauges(register: Registry, gauges: Gauges): void {
  const registers = [register];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(read());
      },
    });
  const gaugesBy = (label: string, name: string, help: string, read: () => Record<string, number>) =>
    new Gauge({
      ...{ name, help, labelNames: [label], registers },
      collect() {
        for (const [value, count] of Object.entries(read())) this.set({ [label]: value }, count);
      },
    });
  gaugesBy(
    "state",
    "waterbill_password_hashes",
    "Password hashes that are computed, and that wait.",
    gauges.hashes,
  );
  gaugesBy("db_client_connection_state", "db_client_connection_count", "Connections to the database.", () => {
    const { used, idle } = gauges.connections();
    return { used, idle };
  });
  gauge(
    "db_client_connection_pending_requests",
    "Statements that wait for a connection.",
    () => gauges.connections().waiting,
  );
  gauge(
    "db_client_connection_max",
    "Connections to the database that are allowed.",
    () => gauges.connections().max,
  );
  gauge(
    "waterbill_rate_limits_in_memory",
    "Processes that count limits in their memory because Redis does not work.",
    () => (gauges.limitsInMemory() ? 1 : 0),
  );
  new Gauge({
    name: "waterbill_sms_budget_used_ratio",
    help: "Used part of the SMS budget, 0 to 1.",
    labelNames: ["scope", "period"],
    registers,
    // All processes share the budget, and read it at nearly the same moment.
    aggregator: "max",
    async collect() {
      this.reset();
      for (const [period, ratio] of Object.entries(await gauges.smsBudgetUse())) {
        this.set({ scope: "total", period }, ratio);
      }
    },
  });
}
