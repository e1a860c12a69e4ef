import { isIP } from "node:net";
import { availableParallelism } from "node:os";
import type { CountryCode } from "libphonenumber-js/max";
import * as z from "zod";
import { type IpRange, parseRange } from "./system/ip-range.js";
import { numberingPlans } from "./system/numbering-plans.js";
import { parseRedisUrl } from "./system/redis-url.js";
import type { SharedNetwork } from "./system/shared-networks.js";

// The formats of environment variables. A message says everything that its format demands, and never a value.

/** Calling codes, separated by commas; without the `+`. */
export const callingCodes = z
  .string()
  .transform(listEntries)
  .refine(
    (entries) => entries.length > 0 && entries.every((entry) => /^\+[1-9]\d{0,2}$/.test(entry)),
    "must be calling codes like +237, separated by commas",
  )
  .transform((entries) => entries.map((entry) => entry.slice(1)));

/** Upper bound of numbers that have no other: a signed 32-bit integer. */
const MAX_NUMBER = 2_147_483_647;
const MAX_WORKERS = 1024;

/** A whole number in decimal digits; `Number` would also read `0x10`, `1e3` and blanks. */
export function whole(min: number, max = MAX_NUMBER) {
  return z
    .string()
    .refine(
      (text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max,
      `must be a whole number from ${min} to ${max}`,
    )
    .transform(Number);
}

/** As many as the machine has cores, or a number. */
export const workers = z
  .string()
  .refine(
    (text) => text === "auto" || whole(1, MAX_WORKERS).safeParse(text).success,
    `must be auto, or a whole number from 1 to ${MAX_WORKERS}`,
  )
  .transform((text) => (text === "auto" ? availableParallelism() : Number(text)));

export function oneOf<const Name extends string>(...names: readonly Name[]) {
  return z.enum(names, `must be one of ${names.join(", ")}`);
}

export const flag = z.enum(["true", "false"], "must be true or false").transform((text) => text === "true");
export const text = z.string().regex(/\S/, "must not be blank");
export const host = z
  .string()
  .refine((name) => isIP(name) > 0 || z.regexes.hostname.test(name), "must be an address or a host name");
/** Minimum number of characters in a secret. */
export const MIN_SECRET_LENGTH = 32;
/** One secret or several, separated by commas. */
export const secrets = z
  .string()
  .transform(listEntries)
  .refine(
    (entries) => entries.length > 0 && entries.every((entry) => entry.length >= MIN_SECRET_LENGTH),
    `must have at least ${MIN_SECRET_LENGTH} characters, in each secret if there are several`,
  );
export const region = z.custom<CountryCode>(
  (code) => typeof code === "string" && numberingPlans().isSupportedCountry(code),
  "must be a region like CM (ISO 3166-1 alpha-2)",
);

/** The entries of a list, separated by commas. */
export function listEntries(list: string): string[] {
  return list
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** Words, separated by commas. */
export const words = z
  .string()
  .transform(listEntries)
  .refine(
    (entries) => entries.every((entry) => /\p{L}/u.test(entry)),
    "must be words with letters, separated by commas",
  );

/** IP addresses and CIDR ranges, IPv4 and IPv6. */
export const ranges = z.string().transform((list, context): readonly IpRange[] =>
  listEntries(list).map((entry, index) => {
    const range = parseRange(entry);
    if (range) return range;
    context.addIssue({
      code: "custom",
      message: `entry ${index + 1} must be an address or a range, like 10.0.0.0/8`,
    });
    return z.NEVER;
  }),
);

/** IPv6 addresses are counted by their /64: a smaller network would give one count two limits. */
const MAX_SHARED_IPV6_BITS = 64;

function parseSharedNetwork(text: string): SharedNetwork | null {
  const [, network = "", factor] = /^(.+?)\s*\*\s*([1-9]\d{0,3})$/.exec(text) ?? [];
  const range = parseRange(network);
  if (!range || (range.network.kind() === "ipv6" && range.bits > MAX_SHARED_IPV6_BITS)) return null;
  return { ...range, factor: Number(factor) };
}

/** Networks, each with a factor: `41.202.192.0/19*20`. */
export const sharedNetworks = z.string().transform((list, context): readonly SharedNetwork[] =>
  listEntries(list).map((entry, index) => {
    const network = parseSharedNetwork(entry);
    if (network) return network;
    context.addIssue({
      code: "custom",
      message: `entry ${index + 1} must be a range and a factor from 1 to 9999, like 41.202.192.0/19*20; IPv6 up to /64`,
    });
    return z.NEVER;
  }),
);

/** A URL that the library which reads it accepts: white space and broken escapes would fail only when it connects. */
function url(scheme: RegExp, accepts: (url: URL) => boolean, message: string) {
  return z
    .string()
    .refine(
      (text) => scheme.test(text) && !/\s/.test(text) && URL.canParse(text) && accepts(new URL(text)),
      message,
    );
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

export const postgresUrl = url(
  /^postgres(ql)?:\/\//,
  ({ host, searchParams, username, password, pathname }) =>
    (host !== "" || searchParams.has("host")) && isDecodable(username + password + pathname),
  "must be a URL like postgres://user:password@host:5432/database, with special characters percent-encoded",
);
export const redisUrl = z
  .string()
  .refine(
    (text) => parseRedisUrl(text) !== null,
    "must be a URL like redis://host:6379, rediss://user:password@host:6379/0, redis+sentinel://host:26379,host:26379/master or redis+cluster://host:6379,host:6379, with special characters percent-encoded",
  );

/** A web address to which paths are appended; without the slash at its end. */
export const webUrl = url(
  /^https?:\/\/[^?#]+$/,
  ({ username, password }) => username === "" && password === "",
  "must be a URL like https://waterbill.app, without user name, password, query and fragment",
).transform((address) => address.replace(/\/+$/, ""));

/** Where production is reached from outside, unless PUBLIC_URL says it. */
export const DEFAULT_PUBLIC_URL = "https://identity.waterbill.app";
