import { once } from "node:events";
import { credentials, loadPackageDefinition, type ServiceError, status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { expect } from "chai";
import { healthRoutes } from "../../src/rpc/health.js";
import { rejection } from "../support/rejection.js";
import { stopServing } from "../support/serve.js";
import { serveServices, services } from "./serve-services.js";

interface HealthStatus {
  status: string;
}

type Callback<T> = (error: ServiceError | null, response: T) => void;

interface Watch {
  on(event: "data", listener: (response: HealthStatus) => void): Watch;
  on(event: "error", listener: (error: ServiceError) => void): Watch;
  on(event: "end", listener: () => void): Watch;
  cancel(): void;
}

interface HealthClient {
  check(request: object, callback: Callback<HealthStatus>): void;
  list(request: object, callback: Callback<{ statuses: Record<string, HealthStatus> }>): void;
  watch(request: object): Watch & NodeJS.EventEmitter;
  close(): void;
}

const definition = loadPackageDefinition(
  loadSync("grpc/health/v1/health.proto", { includeDirs: ["proto"], enums: String }),
) as unknown as { grpc: { health: { v1: { Health: new (...args: unknown[]) => HealthClient } } } };

const authService = "waterbill.identity.v1.AuthService";

describe("health", () => {
  const clients: HealthClient[] = [];

  async function start() {
    const serving = await serveServices((readiness) =>
      healthRoutes({ readiness, services }, { pollMs: 5, maxWatches: 2, maxPerAddress: 100 }),
    );
    const client = new definition.grpc.health.v1.Health(
      `127.0.0.1:${serving.port}`,
      credentials.createInsecure(),
    );
    clients.push(client);
    const check = (service: string) =>
      new Promise<HealthStatus>((resolve, reject) => {
        client.check({ service }, (error, response) => (error ? reject(error) : resolve(response)));
      });
    return { ...serving, client, check };
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await stopServing();
  });

  it("is the server's for every service", async () => {
    const { check } = await start();

    for (const service of ["", authService, "grpc.health.v1.Health"]) {
      expect(await check(service)).to.deep.equal({ status: "SERVING" });
    }
  });

  it("is NOT_SERVING without the database, and recovers", async () => {
    const { check, database } = await start();
    database.isUp = false;
    while ((await check("")).status !== "NOT_SERVING");
    database.isUp = true;
    while ((await check(authService)).status !== "SERVING");
  });

  it("is NOT_FOUND for an unknown service", async () => {
    const { check } = await start();
    const error = await rejection(check("waterbill.identity.v1.Nowhere"));

    expect(error).to.include({ code: status.NOT_FOUND, details: "unknown service" });
  });

  it("lists all services", async () => {
    const { client } = await start();
    const { statuses } = await new Promise<{ statuses: Record<string, HealthStatus> }>((resolve, reject) => {
      client.list({}, (error, response) => (error ? reject(error) : resolve(response)));
    });

    expect(statuses).to.deep.equal({
      "": { status: "SERVING" },
      [authService]: { status: "SERVING" },
      "grpc.health.v1.Health": { status: "SERVING" },
    });
  });

  it("is watched: each change is reported once, and the watch ends when the server stops", async () => {
    const { client, database, server, readiness } = await start();
    const watch = client.watch({ service: authService });
    const seen: string[] = [];
    watch.on("data", (response) => seen.push(response.status));
    const ended = once(watch, "end");

    await once(watch, "data");
    database.isUp = false;
    await once(watch, "data");
    database.isUp = true;
    await once(watch, "data");
    readiness.stop();
    await Promise.all([server.close(60_000), ended]);

    expect(seen).to.deep.equal(["SERVING", "NOT_SERVING", "SERVING", "NOT_SERVING"]);
  });

  it("reports to a watch that its service is unknown, and keeps it open", async () => {
    const { client, server, readiness } = await start();
    const watch = client.watch({ service: "nowhere" });
    const ended = once(watch, "end");

    expect(await once(watch, "data")).to.deep.equal([{ status: "SERVICE_UNKNOWN" }]);
    readiness.stop();
    await Promise.all([server.close(60_000), ended]);
  });

  it("has a maximum of watches, and does not count those that have ended", async () => {
    const { client } = await start();
    const watch = () => {
      const opened = client.watch({ service: "" });
      opened.on("error", () => {});
      return opened;
    };
    const begun = (opened: ReturnType<typeof watch>) =>
      Promise.race([
        once(opened, "data").then(() => status.OK),
        new Promise<status>((resolve) => opened.on("error", ({ code }) => resolve(code))),
      ]);
    const watches = [watch(), watch()];
    await Promise.all(watches.map(begun));

    expect(await begun(watch())).to.equal(status.RESOURCE_EXHAUSTED);
    for (const opened of watches) opened.cancel();
    while ((await begun(watch())) !== status.OK);
  });
});
