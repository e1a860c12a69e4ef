import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { type RedisServer, startRedis, startSentinel } from "../support/redis-server.js";
import { freePort } from "../support/server-process.js";
import { makeCertificate } from "./certificate.js";
import type { Trial } from "./trial.js";

const run = promisify(execFile);

/** What the decision record on topologies says that the service's user needs. */
const ACL_RULES = [
  "~waterbill:limits:*",
  "+hello +auth +ping +info +readonly +readwrite +asking +cluster|slots",
  "+eval +evalsha +get +set +expire +del",
  "+time +lindex +lrange +lset +lrem +lpush +rpop +pexpire",
].flatMap((rules) => rules.split(" "));

/** Of the service's user in Redis, and of the default user, which administers. */
const PASSWORDS = { service: "limits:p@ss", admin: "administers" };
const SERVICE_USER = `limits:${encodeURIComponent(PASSWORDS.service)}`;

/** A Redis that only the service's user and an administrator may use, over TLS. */
export interface SecuredRedis extends RedisServer {
  tlsPort: number;
}

/** Starts servers that speak TLS with one certificate, and runs redis-cli with it. */
export function createTopologies(trial: Trial) {
  const { certificate, key } = makeCertificate(trial.folder);
  const tls = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate];
  const common = [...tls, "--tls-auth-clients", "no", "--tls-replication", "yes"];
  const passwords = ["--requirepass", PASSWORDS.admin, "--masterauth", PASSWORDS.admin];
  const user = ["--user", "limits", "on", `>${PASSWORDS.service}`, ...ACL_RULES];

  async function start(...options: string[]): Promise<SecuredRedis> {
    const tlsPort = await freePort();
    const server = await startRedis(
      ...["--tls-port", String(tlsPort), ...common, ...passwords, ...user, ...options],
    );
    trial.atEnd(() => server.stop());
    return { ...server, tlsPort };
  }

  /** The output of redis-cli as the administrator. */
  async function cli(port: number, ...args: string[]): Promise<string> {
    const login = ["--tls", "--cacert", certificate, "--no-auth-warning", "-a", PASSWORDS.admin];
    const { stdout } = await run("redis-cli", ["-p", String(port), ...login, ...args]);
    return stdout;
  }

  /** Resolves once the command prints something that matches. */
  async function reaches(port: number, pattern: RegExp, ...command: string[]): Promise<void> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const output = await cli(port, ...command).catch(String);
      if (pattern.test(output)) return;
      if (performance.now() > deadline)
        throw new Error(`${command.join(" ")} does not print ${pattern}: ${output}`);
      await delay(100);
    }
  }

  return {
    cli,
    reaches,
    /** One Redis. */
    async single() {
      const server = await start();
      return { server, url: `rediss://${SERVICE_USER}@127.0.0.1:${server.tlsPort}?ca=${certificate}` };
    },
    /** A cluster of three masters, each with a replica. */
    async cluster() {
      const options = ["--cluster-enabled", "yes", "--tls-cluster", "yes", "--cluster-node-timeout", "2000"];
      const nodes = await Promise.all(Array.from({ length: 6 }, () => start(...options)));
      const addresses = nodes.map(({ tlsPort }) => `127.0.0.1:${tlsPort}`);
      const create = ["--cluster", "create", ...addresses, "--cluster-replicas", "1", "--cluster-yes"];
      await cli(nodes[0]!.tlsPort, ...create);
      for (const { tlsPort } of nodes) await reaches(tlsPort, /cluster_state:ok/, "cluster", "info");
      return { nodes, url: `rediss+cluster://${SERVICE_USER}@${addresses.slice(0, 3)}?ca=${certificate}` };
    },
    /** A master and two replicas under three Sentinels. */
    async sentinels() {
      const master = await start();
      const replicaOf = ["--replicaof", "127.0.0.1", String(master.tlsPort)];
      const servers = [master, ...(await Promise.all([start(...replicaOf), start(...replicaOf)]))];
      await reaches(master.tlsPort, /connected_slaves:2/, "info", "replication");
      const sentinels = await Promise.all(Array.from({ length: 3 }, () => startOneSentinel(master)));
      for (const { tlsPort } of sentinels) {
        await reaches(
          tlsPort,
          /num-slaves\n2\n[\s\S]*num-other-sentinels\n2\n/,
          "sentinel",
          "master",
          "limits",
        );
      }
      const hosts = sentinels.map(({ tlsPort }) => `127.0.0.1:${tlsPort}`);
      const parameters = `sentinelPassword=${PASSWORDS.admin}&ca=${certificate}`;
      return { servers, sentinels, url: `rediss+sentinel://${SERVICE_USER}@${hosts}/limits?${parameters}` };
    },
  };

  async function startOneSentinel(master: SecuredRedis): Promise<SecuredRedis> {
    const tlsPort = await freePort();
    const sentinel = await startSentinel(
      ...[`tls-port ${tlsPort}`, `tls-cert-file ${certificate}`, `tls-key-file ${key}`],
      ...[`tls-ca-cert-file ${certificate}`, "tls-auth-clients no", "tls-replication yes"],
      `requirepass ${PASSWORDS.admin}`,
      `sentinel monitor limits 127.0.0.1 ${master.tlsPort} 2`,
      `sentinel auth-pass limits ${PASSWORDS.admin}`,
      "sentinel down-after-milliseconds limits 2000",
      "sentinel failover-timeout limits 6000",
    );
    trial.atEnd(() => sentinel.stop());
    return { ...sentinel, tlsPort };
  }
}
