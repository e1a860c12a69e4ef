import { execFileSync } from "node:child_process";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { expectWalk, openPoorLine, REASONS, type Refusals, runWalk } from "../support/example-walk.js";
import { generousLimits, useTestService } from "../support/service.js";
import { newPhone } from "../support/test-context.js";

interface Walk {
  name: string;
  /** A command that fails where the walk's tool is missing. Absent: `npm ci` installs it. */
  tool?: readonly [string, ...string[]];
  command: readonly string[];
  environment?: Record<string, string>;
  refusals?: Refusals;
}

const bufCurl = { name: "buf-curl/walk.sh", command: ["sh", "examples/buf-curl/walk.sh"] };

const walks: readonly Walk[] = [
  { name: "node/walk.mjs", command: ["node", "examples/node/walk.mjs"] },
  {
    name: "python/walk_rest.py",
    tool: ["python3", "-c", "import sys; assert sys.version_info >= (3, 9)"],
    command: ["python3", "examples/python/walk_rest.py"],
    refusals: { code: "400", password: "401", profile: "400", refresh: "400" },
  },
  {
    name: "curl/walk.sh",
    tool: ["curl", "--retry-all-errors", "--version"],
    command: ["sh", "examples/curl/walk.sh"],
  },
  bufCurl,
  {
    ...bufCurl,
    environment: { PROTOCOL: "grpc" },
    refusals: {
      code: "invalid_argument",
      password: "unauthenticated",
      profile: "invalid_argument",
      refresh: "unauthenticated",
      hidesFields: true,
    },
  },
];

/** Says it aloud if the tool is missing: a test that is skipped in silence proves nothing. */
function hasTool({ name, tool }: Walk): boolean {
  if (!tool) return true;
  const [program, ...args] = tool;
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    console.log(`SKIPPED examples/${name}: ${program} is missing or too old.`);
    return false;
  }
}

describe("the walks in examples/", () => {
  // The second login in a second has to wait.
  const service = useTestService({ environment: { ...generousLimits, LIMIT_LOGIN: "1/second" } });

  // The programs' clock is the real one.
  before(() => service.context.clock.set(new Date().toISOString()));

  for (const each of walks) {
    it(`${[each.name, ...Object.values(each.environment ?? {})].join(" ")} goes through, past a broken connection, a limit and refusals`, async function () {
      this.timeout(120_000);
      if (!hasTool(each)) this.skip();
      const phone = newPhone();
      const { app, outbox } = service.context;
      await addEntry(app, { phone, notes: "", isActive: true, actor: null });
      const line = await openPoorLine(Number(new URL(service.origin).port));
      try {
        const command = [...each.command, phone, `http://127.0.0.1:${line.port}`];
        const output = await runWalk({ ...each, command }, async () => outbox.codeFor(phone));
        expectWalk(output, phone, each.refusals ?? REASONS);
      } finally {
        line.close();
      }
    });
  }
});
