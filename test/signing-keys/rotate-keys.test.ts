import { expect } from "chai";
import type { Database } from "../../src/db/database.js";
import { openDatabase } from "../../src/db/open-database.js";
import { createKeyCipher } from "../../src/signing-keys/key-cipher.js";
import {
  carryOutDue,
  FOLLOWED_SECONDS,
  type RotateKeysDeps,
  revokeKey,
  rotateKeys,
} from "../../src/signing-keys/rotate-keys.js";
import type { KeyRules } from "../../src/signing-keys/rotation-plan.js";
import { createSigningKeyStore, isLive, type StoredKey } from "../../src/signing-keys/signing-key-store.js";
import { systemRandom } from "../../src/system/random.js";
import { useTestDatabase } from "../support/database.js";
import { useFixture } from "../support/fixture.js";
import { atOnce } from "../support/test-context.js";

const DAY_SECONDS = 86_400;
const rules: KeyRules = {
  algorithm: "ES256",
  prepublishSeconds: DAY_SECONDS,
  rotationSeconds: 90 * DAY_SECONDS,
  tokenSeconds: 900,
};
const PROCESSES = 4;

describe("signing keys in the database", () => {
  const base = useTestDatabase();
  const others = useFixture(
    async () => ({
      databases: Array.from({ length: PROCESSES }, () => openDatabase({ url: base.url, poolSize: 3 })),
    }),
    async ({ databases }) => void (await Promise.all(databases.map((database) => database.close()))),
  );

  const depsOf = (database: Database, ...secrets: string[]): RotateKeysDeps => ({
    database,
    signingKeys: createSigningKeyStore(database),
    keyCipher: createKeyCipher(secrets.length > 0 ? secrets : ["a secret"], systemRandom),
  });
  /** The keys of one of several processes. */
  const processAt = (index: number) => depsOf(others.databases[index % PROCESSES]!);

  const read = () => createSigningKeyStore(base.database).read(null);
  const kidsOf = (keys: readonly StoredKey[]) => keys.map(({ kid }) => kid);
  async function states() {
    const live = (await read()).filter(isLive);
    const signing = live.filter(({ signingSince, retiredAt }) => signingSince !== null && retiredAt === null);
    const standby = live.filter(({ signingSince }) => signingSince === null);
    return { signing: kidsOf(signing), standby: kidsOf(standby), live: kidsOf(live) };
  }

  /** Lets time pass for all keys. */
  async function passTime(seconds: number): Promise<void> {
    const columns = ["created_at", "signs_from", "signing_since", "retired_at", "expires_at", "revoked_at"];
    const moved = columns.map((column) => `${column} = ${column} - $1::float8 * interval '1 s'`).join(", ");
    const text = `UPDATE signing_keys SET ${moved}`;
    await base.database.run(null, { name: "test_pass_key_time", text }, [seconds]);
  }

  beforeEach(async () => {
    await base.database.models.signingKeys.destroy({ where: {}, transaction: null });
  });

  it("are one that signs and one that stands by, however many processes start at once", async () => {
    const starts = await atOnce(100, (index) => carryOutDue(processAt(index), rules));
    expect(new Set(starts)).to.deep.equal(new Set([undefined]));
    const { signing, standby, live } = await states();
    expect([signing.length, standby.length, live.length]).to.deep.equal([1, 1, 2]);
  });

  it("change once by age, however many processes notice it", async () => {
    const deps = processAt(0);
    await carryOutDue(deps, rules);
    const before = await states();
    await passTime(90 * DAY_SECONDS + 1);
    await atOnce(100, (index) => carryOutDue(processAt(index), rules));
    const after = await states();
    expect(after.signing).to.deep.equal(before.standby);
    expect(after.standby).to.have.length(1);
    expect(after.live).to.have.members([...before.live, ...after.standby]);
  });

  it("change once by command, which refuses while the standby is too young", async () => {
    await carryOutDue(processAt(0), rules);
    await passTime(DAY_SECONDS - 10);
    const tooEarly = await atOnce(10, (index) => rotateKeys(processAt(index), { force: false }));
    expect(tooEarly.map((result) => Object(result).outcome)).to.deep.equal(Array(10).fill("too_early"));
    await passTime(20);
    const before = await states();
    const results = await atOnce(100, (index) => rotateKeys(processAt(index), { force: false }));
    const outcomes = results.map((result) => Object(result).outcome as string).sort();
    expect(outcomes).to.deep.equal(["rotated", ...Array(99).fill("too_early")].sort());
    const after = await states();
    expect([after.signing, after.standby.length]).to.deep.equal([before.standby, 1]);
  });

  it("change by force before verifiers have the key, but not before the servers have it", async () => {
    await carryOutDue(processAt(0), rules);
    expect(await rotateKeys(processAt(1), { force: true })).to.include({ outcome: "too_early" });
    await passTime(FOLLOWED_SECONDS + 1);
    const { standby } = await states();
    expect(await rotateKeys(processAt(1), { force: true })).to.deep.equal({
      outcome: "rotated",
      kid: standby[0],
    });
  });

  it("verify until the last token of theirs is over, and are deleted a while later", async () => {
    const deps = processAt(0);
    await carryOutDue(deps, { ...rules, tokenSeconds: 100 });
    await carryOutDue(deps, { ...rules, tokenSeconds: 1000 });
    const [old = ""] = (await states()).signing;
    await passTime(DAY_SECONDS + 1);
    await rotateKeys(deps, { force: false });
    await passTime(1000 + 300 - 5);
    expect((await states()).live).to.include(old);
    await passTime(10);
    expect((await states()).live).not.to.include(old);
    await deps.signingKeys.purge(null, 100);
    expect(kidsOf(await read())).to.include(old);
    await passTime(100);
    await deps.signingKeys.purge(null, 100);
    const left = kidsOf(await read());
    expect(left).not.to.include(old);
    expect(left).to.have.length(2);
  });

  it("have a successor at once when the one that signs is revoked", async () => {
    await carryOutDue(processAt(0), rules);
    const before = await states();
    const kid = before.signing[0]!;
    const results = await atOnce(20, (index) => revokeKey(processAt(index), { kid, reason: "it leaked" }));
    expect([...results].sort()).to.deep.equal([...Array(19).fill("already_revoked"), "revoked"]);
    const after = await states();
    expect(after.signing).to.deep.equal(before.standby);
    expect(after.standby).to.have.length(1);
    expect(after.live).not.to.include(kid);
    const revoked = (await read()).find((key) => key.kid === kid);
    expect(revoked).to.include({ revokedReason: "it leaked" });
    // The new standby is published as long as the one before it was.
    const [standby] = (await read()).filter((key) => key.kid === after.standby[0]);
    expect(standby!.signsFrom.getTime() - standby!.createdAt.getTime()).to.equal(DAY_SECONDS * 1000);
  });

  it("have another standby when the standby is revoked, and both when both are", async () => {
    const deps = processAt(0);
    await carryOutDue(deps, rules);
    const first = await states();
    expect(await revokeKey(deps, { kid: first.standby[0]!, reason: "r" })).to.equal("revoked");
    const second = await states();
    expect([second.signing, second.standby.length]).to.deep.equal([first.signing, 1]);
    for (const kid of second.live) await revokeKey(deps, { kid, reason: "r" });
    const third = await states();
    expect([third.signing.length, third.standby.length]).to.deep.equal([1, 1]);
    expect(third.live).not.to.include.members(second.live);
    expect(await revokeKey(deps, { kid: "unknown", reason: "r" })).to.equal("unknown");
  });

  it("are made anew when none of them decrypts, and rows that were put in by hand count for nothing", async () => {
    const deps = processAt(0);
    await carryOutDue(deps, rules);
    const before = await states();
    await carryOutDue(depsOf(base.database, "another secret"), rules);
    const after = await states();
    expect([after.signing.length, after.standby.length]).to.deep.equal([2, 2]);
    // The keys of the one secret are none for the other.
    await carryOutDue(deps, rules);
    expect(await states()).to.deep.equal(after);
    // Both secrets: one key goes on.
    await carryOutDue(depsOf(base.database, "a secret", "another secret"), rules);
    const merged = await states();
    expect(merged.signing).to.have.length(1);
    expect(before.signing).not.to.include(merged.signing[0]);
    const [stranger = ""] = merged.live.filter(
      (kid) => !before.live.includes(kid) && merged.standby.includes(kid),
    );
    expect(await revokeKey(deps, { kid: stranger, reason: "unreadable" })).to.equal("revoked");
    expect((await states()).live).to.have.length(merged.live.length - 1);
  });

  it("can't be rotated before a server has made them", async () => {
    expect(await rotateKeys(processAt(0), { force: true })).to.deep.equal({ outcome: "no_keys" });
  });
});
