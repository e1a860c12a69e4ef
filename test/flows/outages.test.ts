import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import { withTimeout } from "../../src/system/timeout.js";
import { expectError, post as postForm } from "../oauth/oauth-client.js";
import { useFixture } from "../support/fixture.js";
import { startPostgres } from "../support/postgres-server.js";
import { startRedis } from "../support/redis-server.js";
import { generousLimits, useTestService } from "../support/service.js";
import { signedIn } from "../support/test-context.js";

/** Reads a profile repeatedly until it is stopped, and counts the statuses. */
function startTraffic(origin: string, access: string) {
  const statuses = new Map<number, number>();
  let isOver = false;
  async function read(): Promise<number> {
    const response = await fetch(`${origin}/api/profile/`, {
      headers: { authorization: `Bearer ${access}` },
    });
    await response.arrayBuffer();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    return response.status;
  }
  async function loop(): Promise<void> {
    while (!isOver) {
      await read();
      await nextTurn();
    }
  }
  const loops = Array.from({ length: 4 }, loop);
  return {
    statuses,
    /** Resolves once a read returns `status`. */
    async until(status: number): Promise<void> {
      while ((await read()) !== status) await nextTurn();
    },
    async stop() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

describe("a PostgreSQL that is restarted under traffic", () => {
  const postgres = useFixture(startPostgres, (server) => server.stop());
  const service = useTestService({ environment: () => ({ ...generousLimits, DATABASE_URL: postgres.url }) });

  it("causes status 503 meanwhile, recovers within five seconds, and keeps sessions", async () => {
    const { tokens } = await signedIn(service.context);
    const traffic = startTraffic(service.origin, tokens.access);
    await traffic.until(200);
    await postgres.halt("SIGINT");
    await traffic.until(503);
    const unready = await fetch(`${service.origin}/readyz`);
    expect(unready.status).to.equal(503);
    const grant = await postForm(
      `${service.origin}/oauth2/token`,
      { grant_type: "client_credentials" },
      { name: "billing", secret: "x" },
    );
    expectError(grant, 503, "temporarily_unavailable");
    expect(grant.header.get("retry-after")).to.match(/^\d+$/);
    await postgres.resume();
    await withTimeout(5000, traffic.until(200));
    await traffic.stop();
    expect([...traffic.statuses.keys()].sort()).to.deep.equal([200, 503]);

    const refreshed = await fetch(`${service.origin}/api/token/refresh/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ refresh: tokens.refresh }),
    });
    expect(refreshed.status).to.equal(200);
  });
});

describe("a Redis that fails under traffic", () => {
  const redis = useFixture(startRedis, (server) => server.stop());
  const service = useTestService({
    environment: () => ({ ...generousLimits, LIMIT_LOGIN: "5/minute", REDIS_URL: redis.url }),
  });

  const loginStatuses = async (calls: number) => {
    const statuses: number[] = [];
    for (let call = 0; call < calls; call += 1) {
      const response = await fetch(`${service.origin}/api/login/`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ phone: "+237600000000", password: "x" }),
      });
      statuses.push(response.status);
    }
    return statuses;
  };

  for (const [what, away, back] of [
    ["hangs", () => redis.signal("SIGSTOP"), async () => redis.signal("SIGCONT")],
    ["is stopped", () => redis.halt(), () => redis.resume()],
  ] as const) {
    it(`and ${what}: fails no call and keeps limits`, async () => {
      const { tokens } = await signedIn(service.context);
      const traffic = startTraffic(service.origin, tokens.access);
      await traffic.until(200);
      await away();
      // The limits in memory use the test's clock: after an hour, the counts of an earlier outage have expired.
      service.context.clock.advance(3600);
      const { access } = (await signedIn(service.context)).tokens;
      const others = startTraffic(service.origin, access);
      await others.until(200);
      const statuses = await loginStatuses(8);
      expect(statuses).to.deep.equal([401, 401, 401, 401, 401, 429, 429, 429]);
      await back();
      await others.until(200);
      await Promise.all([traffic.stop(), others.stop()]);
      for (const status of [...traffic.statuses.keys(), ...others.statuses.keys()]) {
        expect(status).to.be.oneOf([200, 401]);
      }
    });
  }
});
