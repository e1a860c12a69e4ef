import { Gauge, type Registry } from "prom-client";
import type { Gauges } from "./metrics.js";

/** Registers what a process says about itself: that it serves, and its version. */
export function registerProcess(register: Registry, version: string): void {
  const registers = [register];
  new Gauge({ name: "waterbill_workers", help: "Processes that serve.", registers }).set(1);
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
  new Gauge({
    name: "waterbill_password_hashes",
    help: "Password hashes that are computed, and that wait.",
    labelNames: ["state"],
    registers,
    collect() {
      const { running, waiting } = gauges.hashes();
      this.set({ state: "running" }, running);
      this.set({ state: "waiting" }, waiting);
    },
  });
  new Gauge({
    name: "db_client_connection_count",
    help: "Connections to the database.",
    labelNames: ["db_client_connection_state"],
    registers,
    collect() {
      const { used, idle } = gauges.connections();
      this.set({ db_client_connection_state: "used" }, used);
      this.set({ db_client_connection_state: "idle" }, idle);
    },
  });
  const connections = (name: string, help: string, value: "waiting" | "max") =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(gauges.connections()[value]);
      },
    });
  connections("db_client_connection_pending_requests", "Statements that wait for a connection.", "waiting");
  connections("db_client_connection_max", "Connections to the database that are allowed.", "max");
  new Gauge({
    name: "waterbill_rate_limits_in_memory",
    help: "Processes that count limits in their memory because Redis does not work.",
    registers,
    collect() {
      this.set(gauges.limitsInMemory() ? 1 : 0);
    },
  });
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
