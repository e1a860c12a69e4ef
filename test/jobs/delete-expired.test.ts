import { expect } from "chai";
import { deleteExpired } from "../../src/jobs/delete-expired.js";
import { registered, signedIn, useTestContext } from "../support/test-context.js";

describe("deleteExpired", () => {
  const context = useTestContext();

  async function rows(): Promise<Record<string, number>> {
    const text = `SELECT (SELECT count(*)::int FROM registrations) AS registrations,
                         (SELECT count(*)::int FROM activation_codes) AS codes, (SELECT count(*)::int FROM sms_sends) AS sends,
                         (SELECT count(*)::int FROM sms_counts) AS counts,
                         (SELECT count(*)::int FROM sessions) AS sessions`;
    const [counts] = await context.testDatabase.database.run<Record<string, number>>(
      null,
      { name: "test_counts", text },
      [],
    );
    return counts ?? {};
  }

  it("deletes registrations, codes, sends and sessions once nothing reads them any more, and not before", async () => {
    await registered(context);
    await signedIn(context);
    const full = { registrations: 1, codes: 1, sends: 2, counts: 3, sessions: 1 };
    await deleteExpired(context.app);
    expect(await rows()).to.deep.equal(full);
    context.clock.advance(86_400);
    await deleteExpired(context.app);
    expect(await rows()).to.deep.equal(full);
    context.clock.advance(86_400 + 601);
    await deleteExpired(context.app);
    expect(await rows()).to.deep.equal({ registrations: 0, codes: 0, sends: 0, counts: 0, sessions: 1 });
    await context.passTime(9 * 86_400 - 60);
    await deleteExpired(context.app);
    expect(await rows()).to.deep.equal({ registrations: 0, codes: 0, sends: 0, counts: 0, sessions: 1 });
    await context.passTime(120);
    await deleteExpired(context.app);
    expect(await rows()).to.deep.equal({ registrations: 0, codes: 0, sends: 0, counts: 0, sessions: 0 });
  });

  it("keeps revoked keys for 30 days", async () => {
    const { database, signingKeys } = context.infrastructure;
    const [key] = await signingKeys.read(null);
    const kid = key?.kid ?? "";
    await database.transaction((tx) => signingKeys.revoke(tx, kid, "it leaked"));
    const passTime = async (seconds: number) => {
      const text = "UPDATE signing_keys SET revoked_at = revoked_at - $1::float8 * interval '1 s'";
      await database.run(null, { name: "test_pass_key_time", text }, [seconds]);
      await deleteExpired(context.app);
      return (await signingKeys.read(null)).map((stored) => stored.kid);
    };
    expect(await passTime(30 * 86_400 - 60)).to.include(kid);
    expect(await passTime(120))
      .to.have.length(1)
      .and.not.include(kid);
  });

  it("deletes used assertions of services two days after they are over", async () => {
    const { database } = context.infrastructure;
    const { services } = context.app;
    const digests = [Buffer.from("over long ago"), Buffer.from("over lately"), Buffer.from("not over")];
    const expiries = [-2 * 86_400 - 60, -2 * 86_400 + 60, 60];
    for (const [index, digest] of digests.entries()) {
      const expiresAt = new Date(Date.now() + expiries[index]! * 1000);
      expect(await services.claimAssertion(null, digest, expiresAt)).to.equal(true);
    }
    await deleteExpired(context.app);
    const left = await database.models.serviceAssertions.findAll({ transaction: null, raw: true });
    expect(left.map(({ digest }) => digest.toString())).to.have.members(["over lately", "not over"]);
    expect(await services.claimAssertion(null, digests[1]!, new Date())).to.equal(false);
  });

  it("deletes a thousand rows at a time, and goes on as long as it may", async () => {
    const { database } = context.testDatabase;
    const run = (text: string) =>
      database.run<{ count: number }>(null, { name: "test_rows", text, isAdHoc: true }, []);
    const fill = `INSERT INTO sms_counts (scope, bucket, sent)
      SELECT 'country:' || n, timestamptz '2020-01-01', 1 FROM generate_series(1, 2500) AS n`;
    const left = async () =>
      (await run("SELECT count(*)::int AS count FROM sms_counts WHERE bucket = timestamptz '2020-01-01'"))[0]
        ?.count;
    await run(fill);
    const remaining: (number | undefined)[] = [];
    await deleteExpired(context.app, async () => {
      const count = await left();
      if (count !== remaining.at(-1)) remaining.push(count);
      return count !== 1500;
    });
    expect(remaining).to.deep.equal([2500, 1500]);
    await deleteExpired(context.app);
    expect(await left()).to.equal(0);
  });

  it("leaves a row that another transaction has locked for the next time", async () => {
    const { database } = context.testDatabase;
    const adHoc = (text: string) => ({ name: "test_rows", text, isAdHoc: true });
    const insert =
      "INSERT INTO sms_counts (scope, bucket, sent) VALUES ('country:a', '2020-01-01', 1), ('country:b', '2020-01-01', 1)";
    await database.run(null, adHoc(insert), []);
    const old = adHoc("SELECT scope FROM sms_counts WHERE bucket < '2021-01-01'");
    await database.transaction(async (tx) => {
      await database.run(tx, adHoc("SELECT FROM sms_counts WHERE scope = 'country:a' FOR UPDATE"), []);
      await deleteExpired(context.app);
      expect(await database.run(null, old, [])).to.deep.equal([{ scope: "country:a" }]);
    });
    await deleteExpired(context.app);
    expect(await database.run(null, old, [])).to.deep.equal([]);
  });
});
