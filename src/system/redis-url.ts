/** The servers that a REDIS_URL names, and how to sign in to them. */
export interface RedisUrl {
  /** `sentinel`: `hosts` are Sentinels, which name the master. `cluster`: `hosts` are some nodes of the cluster. */
  kind: "single" | "sentinel" | "cluster";
  hosts: readonly RedisHost[];
  isTls: boolean;
  username: string | undefined;
  password: string | undefined;
  /** 0 on a cluster, which has no other. */
  db: number;
  /** The name that the Sentinels watch the master under; empty unless `kind` is `sentinel`. */
  masterName: string;
  sentinelUsername: string | undefined;
  sentinelPassword: string | undefined;
  /** The file with the certificates of the authorities to trust instead of the public ones. */
  caFile: string | undefined;
}

interface RedisHost {
  host: string;
  port: number;
}

/** `scheme://user:password@host:port,host:port/path?parameters` */
const REDIS_URL =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:@/?#\s]*)(?::(?<password>[^@/?#\s]*))?@)?(?<hosts>[^@/?#\s]+)(?:\/(?<path>[^?#\s]*))?(?:\?(?<query>[^#\s]*))?$/;

type Kind = RedisUrl["kind"];

/** What follows the hosts: a database, or the name of a master and a database. */
const PATHS = {
  single: /^(?<db>\d*)$/,
  sentinel: /^(?<name>[^/]+)(?:\/(?<db>\d*))?$/,
  cluster: /^0?$/,
} satisfies Record<Kind, RegExp>;

const DEFAULT_PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 } satisfies Record<Kind, number>;

const PARAMETERS = {
  single: ["ca"],
  sentinel: ["ca", "sentinelUsername", "sentinelPassword"],
  cluster: ["ca"],
} satisfies Record<Kind, string[]>;

/** Parses a REDIS_URL; null if the text is not one. A part that is empty is absent. */
export function parseRedisUrl(text: string): RedisUrl | null {
  const parts = REDIS_URL.exec(text)?.groups;
  const [user, password] = [parts?.user, parts?.password].map(decode);
  if (!parts || user === null || password === null) return null;
  const kind = (parts.kind ?? "single") as Kind;
  const isTls = parts.tls === "s";
  const hosts = parseHosts(parts.hosts!, kind);
  const path = parsePath(parts.path ?? "", kind);
  const parameters = parseParameters(parts.query ?? "", kind, isTls);
  if (!hosts || !path || !parameters) return null;
  return {
    ...{ kind, hosts, isTls, ...path, ...parameters },
    username: user || undefined,
    password: password || undefined,
  };
}

/** Decodes a percent-encoded text; null if its encoding is broken. */
function decode(text = ""): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** `host`, `host:port` or `[::1]:port`, separated by commas; a single Redis has one. */
function parseHosts(list: string, kind: Kind): RedisHost[] | null {
  const hosts = list.split(",").flatMap((text) => {
    const url = URL.canParse(`redis://${text}`) ? new URL(`redis://${text}`) : null;
    if (!url?.hostname || url.port === "0") return [];
    return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port) || DEFAULT_PORTS[kind] };
  });
  const isComplete = hosts.length === list.split(",").length;
  return isComplete && (kind !== "single" || hosts.length === 1) ? hosts : null;
}

function parsePath(text: string, kind: Kind): Pick<RedisUrl, "db" | "masterName"> | null {
  const path = PATHS[kind].exec(text);
  const masterName = decode(path?.groups?.name);
  return path && masterName !== null ? { db: Number(path.groups?.db ?? 0), masterName } : null;
}

/** Null if the query has a parameter that is unknown, or useless without TLS. */
function parseParameters(query: string, kind: Kind, isTls: boolean) {
  const parameters = new URLSearchParams(query);
  const isKnown = (name: string) => PARAMETERS[kind].includes(name) && (name !== "ca" || isTls);
  if (![...parameters.keys()].every(isKnown)) return null;
  return {
    sentinelUsername: parameters.get("sentinelUsername") || undefined,
    sentinelPassword: parameters.get("sentinelPassword") || undefined,
    caFile: parameters.get("ca") || undefined,
  };
}
