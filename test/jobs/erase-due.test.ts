import { expect } from "chai";
import { eraseDue } from "../../src/jobs/erase-due.js";
import { activeUser, useTestContext } from "../support/test-context.js";

describe("eraseDue", () => {
  const context = useTestContext();
  const goOn = async () => true;

  /** An account whose time came `hoursAgo`. */
  async function due(hoursAgo: number): Promise<number> {
    const { id } = await activeUser(context);
    const text = "UPDATE users SET deletion_at = now() - $2::float8 * interval '1 hour' WHERE id = $1";
    await context.testDatabase.database.run(null, { name: "test_due", text }, [id, hoursAgo]);
    return id;
  }

  const isThere = async (id: number) => (await context.app.users.findById(null, id)) !== null;

  /** What the job depends on, with the accounts in the order in which they were erased. */
  function deps(failing?: number) {
    const [erased, failures] = [[] as number[], [] as unknown[]];
    return {
      ...context.app,
      erased,
      failures,
      async record(...[tx, ...acts]: Parameters<typeof context.app.record>) {
        const { accountId } = acts[0];
        if (accountId === failing) throw new Error("a fault");
        await context.app.record(tx, ...acts);
        erased.push(accountId);
      },
      erasureFailed: (error: unknown) => failures.push(error),
    };
  }

  it("erases the accounts whose time has come, the longest due first, and no other", async () => {
    const [late, later, soon, stays] = [await due(1), await due(2), await due(-1), await activeUser(context)];
    const job = deps();
    await eraseDue(job, goOn);
    expect(job.erased).to.deep.equal([later, late]);
    expect([await isThere(soon), await isThere(stays.id)]).to.deep.equal([true, true]);
  });

  it("goes on after one that can't be erased, which it tries again the next time", async () => {
    const [failing, other] = [await due(2), await due(1)];
    const job = deps(failing);
    await eraseDue(job, goOn);
    expect(job.failures).to.have.length(1);
    expect([await isThere(failing), await isThere(other)]).to.deep.equal([true, false]);
    await eraseDue(deps(), goOn);
    expect(await isThere(failing)).to.equal(false);
  });

  it("passes over one that waits for its activation, as an older version leaves it", async () => {
    const [waiting, other] = [await due(2), await due(1)];
    const text = "UPDATE users SET is_active = $2 WHERE id = $1";
    const setActive = (isActive: boolean) =>
      context.testDatabase.database.run(null, { name: "test_unproved", text }, [waiting, isActive]);
    await setActive(false);
    const job = deps();
    await eraseDue(job, goOn);
    expect(job.failures).to.deep.equal([]);
    expect([await isThere(waiting), await isThere(other)]).to.deep.equal([true, false]);
    await setActive(true);
    await eraseDue(deps(), goOn);
  });

  it("ends between two accounts when it may not go on", async () => {
    const ids = [await due(2), await due(1)];
    await eraseDue(deps(), async () => false);
    expect(await Promise.all(ids.map(isThere))).to.deep.equal([false, true]);
    await eraseDue(deps(), goOn);
  });

  it("erases each account once, in several processes", async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(due));
    const jobs = [deps(), deps(), deps()];
    await Promise.all(jobs.map((job) => eraseDue(job, goOn)));
    const erased = jobs.flatMap((job) => job.erased);
    expect(erased.toSorted((a, b) => a - b)).to.deep.equal(ids.toSorted((a, b) => a - b));
    expect(jobs.flatMap((job) => job.failures)).to.deep.equal([]);
  });
});
