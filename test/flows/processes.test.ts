import { expect } from "chai";
import { useTestDatabase } from "../support/database.js";
import { useFixture } from "../support/fixture.js";
import { recordSecret } from "../support/log.js";
import { login, post, succeed } from "../support/rest-calls.js";
import { type RunningService, runService } from "../support/running-service.js";
import { sharedEnvironment } from "../support/shared-environment.js";
import { newPhone, testPassword } from "../support/test-context.js";

describe("two processes on one PostgreSQL and one Redis", function () {
  this.timeout(60_000);
  const database = useTestDatabase();
  async function startServers(): Promise<{ one: RunningService; two: RunningService }> {
    const environment = {
      NODE_ENV: "test",
      ...sharedEnvironment(database),
      // Longer than a busy machine takes for the calls.
      LIMIT_LOGIN: "15/hour",
      REFRESH_REUSE_GRACE: "600",
    };
    const [one, two] = await Promise.all([runService(environment), runService(environment)]);
    return { one, two };
  }

  const servers = useFixture(startServers, ({ one, two }) =>
    Promise.all([one, two].map((service) => service.kill())),
  );

  it("share accounts, codes, sessions and limits, and stop on a signal", async () => {
    const { one, two } = servers;
    const phone = newPhone();
    const statement = {
      name: "test_allow",
      text: "INSERT INTO whitelist_entries (phone, added_at) VALUES ($1, now())",
    };
    await database.database.run(null, statement, [phone]);
    const person = {
      phone,
      first_name: "J",
      last_name: "D",
      password: testPassword,
      password_confirm: testPassword,
    };
    await succeed(one, "register", person);
    const [, code = ""] = await one.printed(/Code d'activation pour \+\d+: (\d{6})/);
    recordSecret(code);
    await succeed(two, "activate", { phone, code });

    const { access, refresh } = await login(one, { phone, password: testPassword });
    const next = await succeed(two, "token/refresh", { refresh });
    const again = await succeed(one, "token/refresh", { refresh });
    expect(again.refresh).to.equal(next.refresh);

    await succeed(one, "logout", { refresh: next.refresh }, access);
    const headers = { Authorization: `Bearer ${access}` };
    const profile = await fetch(`http://127.0.0.1:${two.port}/api/profile/`, { headers });
    expect(profile.status).to.equal(401);

    const statuses: number[] = [];
    // Another number each time: ten wrong passwords in a row make one wait.
    for (let call = 0; call < 16; call += 1) {
      const service = call % 2 === 0 ? one : two;
      statuses.push(
        (await post(service, "login", { phone: `${phone.slice(0, -2)}${10 + call}`, password: "wrong" }))
          .status,
      );
    }
    expect(statuses.filter((each) => each === 401)).to.have.length(14);
    expect(statuses.filter((each) => each === 429)).to.have.length(2);

    await Promise.all([one.stop(), two.stop()]);
    expect(await Promise.all([one.exited, two.exited])).to.deep.equal([0, 0]);
  });
});
