import { expect } from "chai";
import { changesNothing, type KeyRules, planDue } from "../../src/signing-keys/rotation-plan.js";
import { addSeconds } from "../../src/system/clock.js";
import { NOW, storedKey } from "./stored-keys.js";

const DAY_SECONDS = 86_400;
const rules: KeyRules = {
  algorithm: "ES256",
  prepublishSeconds: DAY_SECONDS,
  rotationSeconds: 90 * DAY_SECONDS,
  tokenSeconds: 900,
};
const ago = (seconds: number) => addSeconds(NOW, -seconds);

describe("the plan of a rotation", () => {
  it("makes a key that signs and one that stands by where there is none", () => {
    const plan = planDue([], rules);
    expect(plan).to.deep.include({ next: "new", createsStandby: true, retired: [], unused: [] });
  });

  it("changes nothing as long as the key that signs is young", async () => {
    const signing = await storedKey({ signingSince: ago(90 * DAY_SECONDS - 1) });
    expect(changesNothing(planDue([signing, await storedKey()], rules))).to.equal(true);
  });

  it("turns to the standby when the key is old, once that has been published long enough", async () => {
    const signing = await storedKey({ signingSince: ago(90 * DAY_SECONDS) });
    const standby = await storedKey();
    const plan = planDue([signing, standby], rules);
    expect(plan).to.deep.include({ next: standby, retired: [signing.kid], createsStandby: true });
    const young = { ...standby, signsFrom: addSeconds(NOW, 1) };
    expect(changesNothing(planDue([signing, young], rules))).to.equal(true);
  });

  it("makes the standby that is missing", async () => {
    const signing = await storedKey({ signingSince: NOW });
    expect(planDue([signing], rules)).to.deep.include({ next: null, createsStandby: true, retired: [] });
  });

  it("lets a standby sign if no key does, however young it is", async () => {
    const standby = await storedKey({ signsFrom: addSeconds(NOW, 1) });
    expect(planDue([standby], rules)).to.deep.include({ next: standby, createsStandby: true });
    const retired = await storedKey({
      signingSince: ago(9),
      retiredAt: ago(1),
      expiresAt: addSeconds(NOW, 9),
    });
    expect(planDue([retired, standby], rules)).to.deep.include({ next: standby, retired: [] });
  });

  it("changes the algorithm when a key of the new one has been published long enough", async () => {
    const signing = await storedKey({ signingSince: NOW });
    const standby = await storedKey();
    const edDsa: KeyRules = { ...rules, algorithm: "EdDSA" };
    const first = planDue([signing, standby], edDsa);
    expect(first).to.deep.include({ next: null, createsStandby: true, unused: [] });
    const young = await storedKey({ signsFrom: addSeconds(NOW, 1) }, "EdDSA");
    expect(changesNothing(planDue([signing, standby, young], edDsa))).to.equal(true);
    const ripe = { ...young, signsFrom: NOW };
    expect(planDue([signing, standby, ripe], edDsa)).to.deep.include({
      ...{ next: ripe, retired: [signing.kid], unused: [standby.kid], createsStandby: true },
    });
  });

  it("leaves one of two keys that sign, the last one", async () => {
    const [old, last] = [
      await storedKey({ signingSince: ago(2) }),
      await storedKey({ signingSince: ago(1) }),
    ];
    const standby = await storedKey();
    for (const keys of [
      [old, last, standby],
      [last, old, standby],
    ]) {
      expect(planDue(keys, rules)).to.deep.include({ next: null, retired: [old.kid] });
    }
  });

  it("notes that tokens live longer than the key says, and never that they live shorter", async () => {
    const keys = [await storedKey({ signingSince: NOW }), await storedKey()];
    expect(planDue(keys, { ...rules, tokenSeconds: 901 }).lengthened).to.equal(keys[0]?.kid);
    expect(changesNothing(planDue(keys, { ...rules, tokenSeconds: 1 }))).to.equal(true);
  });
});
