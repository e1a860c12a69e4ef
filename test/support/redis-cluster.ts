import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { type RedisServer, startRedis } from "./redis-server.js";

const SLOTS = 16_384;

/** A Redis Cluster of masters without replicas. */
export interface RedisCluster {
  /** `redis+cluster://…` with the address of one node. */
  url: string;
  masters: readonly ClusterMaster[];
  stop(): Promise<void>;
}

interface ClusterMaster {
  id: string;
  server: RedisServer;
  admin: Redis;
}

/** Starts `count` masters that have as many slots each. Takes two seconds: a new master refuses everything until then. */
export async function startRedisCluster(count: number): Promise<RedisCluster> {
  const masters = await Promise.all(Array.from({ length: count }, startMaster));
  const [first] = masters;
  for (const [index, { admin }] of masters.entries()) {
    const slots = Array.from({ length: SLOTS }, (_, slot) => slot);
    const own = slots.filter((slot) => Math.floor((slot * count) / SLOTS) === index);
    await admin.cluster("ADDSLOTS", ...own);
    await admin.cluster("SET-CONFIG-EPOCH", index + 1);
    await admin.cluster("MEET", "127.0.0.1", first!.server.port);
  }
  await Promise.all(masters.map(({ admin }) => isUp(admin, count)));
  return {
    url: `redis+cluster://127.0.0.1:${first!.server.port}`,
    masters,
    async stop() {
      for (const { admin } of masters) admin.disconnect();
      await Promise.all(masters.map(({ server }) => server.stop()));
    },
  };
}

async function startMaster(): Promise<ClusterMaster> {
  const server = await startRedis("--cluster-enabled", "yes", "--cluster-node-timeout", "5000");
  const admin = new Redis(server.url);
  admin.on("error", () => {});
  return { server, admin, id: String(await admin.cluster("MYID")) };
}

/** Resolves once the node counts the cluster as complete. */
async function isUp(admin: Redis, nodes: number): Promise<void> {
  const isComplete = (info: string) =>
    info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${nodes}\r`);
  while (!isComplete(String(await admin.cluster("INFO")))) await delay(25);
}
