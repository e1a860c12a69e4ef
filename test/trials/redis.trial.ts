import { expect } from "chai";
import { post } from "../support/rest-calls.js";
import { errorLines, type RunningService, runService } from "../support/running-service.js";
import { startServers } from "../support/servers.js";
import { generousLimits } from "../support/service.js";
import { createTopologies, type SecuredRedis } from "./redis-topologies.js";
import { runTrial, type Trial } from "./trial.js";

// Two processes that share the limits of a Redis, of a Redis Cluster with replicas and of a master that Sentinels watch,
// over TLS and as a user with few rights, while masters are killed and slots move: `npm run trials -- redis`.

/** Calls that pass in an hour, and how many each caller makes. */
const LIMIT = 7;
const CALLS = 12;

const IN_REDIS = /limits are kept in Redis/g;
const IN_MEMORY = /limits are kept in the memory/g;

const NO_RESPONSE = "no response within 150 ms";

type Pair = readonly [RunningService, RunningService];

/** Starts two processes and resolves when both keep limits in Redis. */
async function startPair(trial: Trial, environment: Record<string, string>): Promise<Pair> {
  const start = () =>
    runService({
      ...generousLimits,
      ...environment,
      DATA_DIR: `${trial.folder}/data`,
      TRUSTED_PROXIES: "127.0.0.1",
      // Two windows for each call, of which one refuses: in a cluster they are on different shards for most callers.
      LIMIT_AUTH: `100/minute,${LIMIT}/hour`,
    });
  const first = await start();
  trial.atEnd(() => first.kill());
  const second = await start();
  trial.atEnd(() => second.kill());
  for (const service of [first, second]) await service.printed(/limits are kept in Redis/);
  return [first, second];
}

let callers = 0;

/** Makes the calls of one new caller at once, through both processes in turn. Returns how many passed. */
async function callAsOne(services: Pair): Promise<number> {
  callers += 1;
  const address = `10.${callers >> 16}.${(callers >> 8) & 255}.${callers & 255}`;
  const responses = await Promise.all(
    Array.from({ length: CALLS }, (_, index) =>
      post(services[index % 2]!, "token/refresh", { refresh: "none of ours" }, "", address),
    ),
  );
  const statuses = responses.map(({ status }) => status);
  // No 5xx, whatever happens.
  for (const status of statuses) expect(status).to.be.oneOf([400, 429]);
  return statuses.filter((status) => status === 400).length;
}

async function expectShared(services: Pair): Promise<string> {
  for (let round = 0; round < 40; round += 1)
    expect(await callAsOne(services), String(reasonsOf(services))).to.equal(LIMIT);
  return `${40 * CALLS} calls by 40 callers, ${LIMIT} of each passed`;
}

/** Calls without a pause while `work` runs. Returns how many of each new caller passed. */
async function whileCalling(services: Pair, work: () => Promise<unknown>): Promise<number[]> {
  let isDone = false;
  const ended = work().finally(() => {
    isDone = true;
  });
  const passed: number[] = [];
  while (!isDone) passed.push(await callAsOne(services));
  await ended;
  return passed;
}

const countOf = (services: Pair, pattern: RegExp) =>
  services.map((service) => service.output().match(pattern)?.length ?? 0);

/** Why the processes fell back to memory. */
const reasonsOf = (services: Pair) =>
  services.flatMap((service) =>
    [...service.output().matchAll(/"reason":"([^"]+)"[^\n]*limits are kept in the memory/g)].map(
      ([, reason]) => reason,
    ),
  );

/** Resolves when each process has left memory as often as it fell back to it. Calls go on meanwhile. */
async function returnToRedis(services: Pair): Promise<number> {
  const start = performance.now();
  for (;;) {
    await callAsOne(services);
    const [memory, redis] = [countOf(services, IN_MEMORY), countOf(services, IN_REDIS)];
    if (redis.every((count, i) => count === memory[i]! + 1)) return performance.now() - start;
    if (performance.now() - start > 60_000) throw new Error("limits stay in memory");
  }
}

/** `work` takes a server away. Limits may be kept in memory until another one takes over, twice as many at most. */
async function expectFailover(services: Pair, work: () => Promise<unknown>): Promise<string> {
  const before = reasonsOf(services).length;
  const passed = await whileCalling(services, work);
  const seconds = (await returnToRedis(services)) / 1000;
  for (const count of passed) expect(count).to.be.within(LIMIT, 2 * LIMIT);
  const reasons = reasonsOf(services).slice(before);
  const falls = reasons.length > 0 ? `in memory because of ${reasons.join(", ")}` : "always in Redis";
  const figures = `${passed.length * CALLS} calls, ${falls}, shared again after ${seconds.toFixed(1)} s`;
  return `${figures}; ${await expectShared(services)}`;
}

type Topologies = ReturnType<typeof createTopologies>;

/** The parts of the trial, each with its own Redis and two processes of its own. */
const PARTS = {
  async single(trial: Trial, topologies: Topologies, start: (redisUrl: string) => Promise<Pair>) {
    const services = await start((await topologies.single()).url);
    await trial.step("one Redis, over TLS and as a user with few rights", () => expectShared(services));
    return services;
  },

  async cluster(trial: Trial, topologies: Topologies, start: (redisUrl: string) => Promise<Pair>) {
    const { nodes, url } = await topologies.cluster();
    const [first, second, third] = nodes as [SecuredRedis, SecuredRedis, SecuredRedis];
    const services = await start(url);
    const { cli, reaches } = topologies;
    const idOf = async ({ tlsPort }: SecuredRedis) => (await cli(tlsPort, "cluster", "myid")).trim();
    const isRole = (port: number, role: string) =>
      reaches(port, new RegExp(`role:${role}`), "info", "replication");
    async function replicaOf(master: SecuredRedis): Promise<number> {
      const replicas = await cli(first.tlsPort, "cluster", "replicas", await idOf(master));
      return Number(/127\.0\.0\.1:(\d+)@/.exec(replicas)?.[1]);
    }

    await trial.step("a cluster of three masters and three replicas", () => expectShared(services));
    await trial.step("slots that move under traffic", async () => {
      const move = ["--cluster-from", await idOf(first), "--cluster-to", await idOf(second)];
      const options = [...move, "--cluster-slots", "500", "--cluster-yes"];
      const passed = await whileCalling(services, () =>
        cli(first.tlsPort, "--cluster", "reshard", `127.0.0.1:${first.tlsPort}`, ...options),
      );
      // On a machine that is too busy a node may take too long, which is the only excuse.
      const reasons = reasonsOf(services);
      expect(reasons.filter((reason) => reason !== NO_RESPONSE)).to.deep.equal([]);
      const most = reasons.length > 0 ? 2 * LIMIT : LIMIT;
      for (const count of passed) expect(count).to.be.within(LIMIT, most);
      await returnToRedis(services);
      const figures = `500 slots, ${passed.length * CALLS} calls by ${passed.length} callers, at most ${most} of each passed`;
      return `${figures}; ${await expectShared(services)}`;
    });
    await trial.step("a replica that takes over when it is told to", () =>
      expectFailover(services, async () => {
        const replica = await replicaOf(second);
        await cli(replica, "cluster", "failover");
        await isRole(replica, "master");
      }),
    );
    await trial.step("a master killed under traffic", () =>
      expectFailover(services, async () => {
        const replica = await replicaOf(third);
        await third.halt();
        await isRole(replica, "master");
      }),
    );
    await trial.step("the killed node comes back as a replica", () =>
      expectFailover(services, async () => {
        await third.resume();
        await isRole(third.tlsPort, "slave");
      }),
    );
    return services;
  },

  async sentinel(trial: Trial, topologies: Topologies, start: (redisUrl: string) => Promise<Pair>) {
    const { servers, sentinels, url } = await topologies.sentinels();
    const services = await start(url);
    const { cli, reaches } = topologies;
    const port = sentinels[0]!.tlsPort;
    const askMaster = ["sentinel", "get-master-addr-by-name", "limits"];
    const master = async () => Number((await cli(port, ...askMaster)).split("\n")[1]);

    await trial.step("a master that three Sentinels watch", () => expectShared(services));
    await trial.step("a failover that a Sentinel is told to make", () =>
      expectFailover(services, async () => {
        await cli(port, "sentinel", "failover", "limits");
        await reaches(servers[0]!.tlsPort, /role:slave/, "info", "replication");
      }),
    );
    await trial.step("the master and a Sentinel killed under traffic", () =>
      expectFailover(services, async () => {
        const killed = await master();
        await sentinels[2]!.halt();
        await servers.find(({ tlsPort }) => tlsPort === killed)!.halt();
        await reaches(port, new RegExp(`\n(?!${killed}\n)\\d+\n`), ...askMaster);
      }),
    );
    return services;
  },
};

const chosen = process.argv.slice(2);

await runTrial("redis", ["redis-server", "redis-cli", "openssl"], async (trial) => {
  const { databaseUrl, stop } = await startServers({ databaseUrl: undefined, redisUrl: "unused" });
  trial.atEnd(stop);
  const topologies = createTopologies(trial);
  for (const [name, part] of Object.entries(PARTS)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const services = await part(trial, topologies, (redisUrl) =>
      startPair(trial, { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }),
    );
    expect(services.flatMap((service) => errorLines(service.output()))).to.deep.equal([]);
    await Promise.all(services.map((service) => service.kill()));
  }
});
