import type { DescMethod } from "@bufbuild/protobuf";
import { Access } from "#gen/waterbill/options/v1/access_pb.js";
import { type LimitName, readConfig } from "../config.js";
import { perPeriod, type Rate } from "../config-rates.js";
import { accessOf } from "../method-access.js";
import { type Policy, policiesOf } from "../rate-limits/policies.js";
import { LoggableError } from "../system/loggable-error.js";

const COUNTED_BY: Readonly<Record<Policy["by"], string>> = {
  ip: "address",
  phone: "phone number and address",
  session: "session of the refresh token, else address",
  user: "account",
  service: "internal service",
};

/** What a policy counts by, and of which callers unless of all: `address of callers who are not signed in`. */
export function countedBy({ by, of }: Policy): string {
  if (of === undefined) return COUNTED_BY[by];
  return `${COUNTED_BY[by]} of callers who are ${of === "signed-in" ? "" : "not "}signed in`;
}

const { limits } = readConfig({});

/** The rate limits of a method, with their default rates, as a paragraph. */
export function describeLimits(method: DescMethod): string {
  const own = policiesOf(method).map((policy) => describe(policy.limit, `for each ${countedBy(policy)}`));
  const needsToken = ![Access.PUBLIC, Access.UNSPECIFIED].includes(accessOf(method));
  const all = needsToken
    ? [...own, describe("unauthenticated", "without a valid token for each address")]
    : own;
  return `Rate limits by default: ${all.join("; ")}.`;
}

/** `15 calls a minute for each address (LIMIT_LOGIN)` */
function describe(limit: LimitName, by: string): string {
  const rates: readonly Rate[] | undefined = limits[limit];
  // The generator runs before the compiler, which says the same.
  if (!rates) throw new LoggableError(`rate-limits/policies.ts names ${limit}, which config.ts lacks`);
  return `${rates.map(describeRate).join(" and ")} ${by} (\`LIMIT_${limit.toUpperCase()}\`)`;
}

function describeRate(rate: Rate): string {
  return `${rate.limit} ${rate.limit === 1 ? "call" : "calls"} ${perPeriod(rate)}`;
}
