import type { DescMethod } from "@bufbuild/protobuf";
import { API_SERVICES } from "../../src/app.js";
import { type LimitName, readConfig } from "../../src/config.js";
import { perPeriod } from "../../src/config-rates.js";
import { countedBy } from "../../src/openapi/limits.js";
import { policiesOf } from "../../src/rate-limits/policies.js";
import { markdownTable } from "./markdown-table.js";

/** What limits count besides the methods of the API. */
const BESIDE_METHODS: Readonly<Partial<Record<LimitName, readonly [by: string, what: string]>>> = {
  unauthenticated: [
    "address",
    "calls that need a token and have none, or one that this service did not sign",
  ],
  oauth: ["address", "requests below `/oauth2/` that fail"],
  service: ["internal service", "requests below `/oauth2/`"],
  anon: ["address", "streams of server reflection"],
};

/** docs/limits.md: every rate limit. */
export function limitsReference(): string {
  const { limits } = readConfig({});
  const methods = API_SERVICES.flatMap((service): readonly DescMethod[] => service.methods);
  const rows = Object.entries(limits).flatMap(([name, rates]) => {
    const variable = `\`LIMIT_${name.toUpperCase()}\``;
    const rate = rates.map((each) => `${each.limit} ${perPeriod(each)}`).join(", ");
    const uses = usesOf(name as LimitName, methods);
    return Array.from(uses, ([by, calls]) => [`\`${name}\``, variable, rate, by, calls.join(", ")]);
  });
  return `# Rate limits

Every limit of calls. Each window slides: *15 a minute* is at most 15 calls in any 60 seconds. All protocols share them, and with
\`REDIS_URL\` all processes do. A call that one window refuses takes nothing from the others. IPv6 addresses count by /64.

Each limited response has \`X-RateLimit-Limit\`, \`X-RateLimit-Remaining\` and \`X-RateLimit-Reset\` (seconds since 1970) of the tightest window. A
refused call fails with \`RATE_LIMITED\` ([errors](errors.md)) and has \`Retry-After\` (seconds).

${markdownTable(["Limit", "Variable", "Default", "Counts by", "Calls"], rows)}

\`SHARED_NETWORKS\` multiplies the windows by address for networks whose customers share addresses. Health checks have no limit. What is sent
to a number, and what is tried at it, have quotas of their own, which no variable changes: see [SECURITY.md](../SECURITY.md).
`;
}

/** What a limit counts by, and the calls that it counts; an entry for each way to count. */
function usesOf(name: LimitName, methods: readonly DescMethod[]): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  const add = (by: string, what: string) => uses.set(by, [...(uses.get(by) ?? []), what]);
  for (const method of methods) {
    for (const policy of policiesOf(method)) {
      if (policy.limit === name) add(countedBy(policy), method.name);
    }
  }
  const beside = BESIDE_METHODS[name];
  if (beside) add(...beside);
  return uses;
}
