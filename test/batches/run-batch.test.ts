import { expect } from "chai";
import { BatchOutcome } from "#gen/waterbill/identity/v1/batch_result_pb.js";
import { ErrorReason } from "#gen/waterbill/identity/v1/error_reason_pb.js";
import { toBatchResult } from "../../src/batches/batch-message.js";
import { runBatch } from "../../src/batches/run-batch.js";
import { DomainError, overloaded } from "../../src/errors.js";
import { rejection } from "../support/rejection.js";

describe("a batch", () => {
  const deps = { phoneRules: { defaultRegion: undefined, policy: "length" } } as const;
  const [one, two, three] = ["+237670000001", "+237670000002", "+237670000003"];

  it("has a row for each number in its order, readable or not", async () => {
    const called: string[] = [];
    const rows = await runBatch(
      deps,
      { phones: ["12", two, " (237) 670 000 001", "", three] },
      async (phone) => {
        called.push(phone);
        if (phone === three) throw new DomainError("ACCOUNT_NOT_FOUND");
        return phone === one;
      },
    );
    expect(called).to.deep.equal([two, one, three]);
    const refused = (phone: string, reason: ErrorReason, message: string) => {
      return { phone, outcome: BatchOutcome.REFUSED, reason, message };
    };
    expect(rows.map((row) => toBatchResult(row, "en"))).to.deep.equal([
      refused("12", ErrorReason.PHONE_LENGTH, "The phone number must have between 9 and 15 digits."),
      { phone: two, outcome: BatchOutcome.UNCHANGED },
      { phone: one, outcome: BatchOutcome.CHANGED },
      refused("", ErrorReason.PHONE_REQUIRED, "The phone number is required."),
      refused(three, ErrorReason.ACCOUNT_NOT_FOUND, "No account has this phone number."),
    ]);
    expect(toBatchResult(rows[0]!, "fr").message).to.equal(
      "Le numéro de téléphone doit contenir entre 9 et 15 chiffres.",
    );
  });

  it("acts once on a number that is repeated in another spelling", async () => {
    let calls = 0;
    const phones = [one, "237670000001", two, ` ${two}`];
    const rows = await runBatch(deps, { phones }, async (phone) => {
      calls += 1;
      if (phone === two) throw new DomainError("LAST_SUPERUSER");
      return true;
    });
    expect(calls).to.equal(2);
    expect(rows.map(({ phone, outcome }) => [phone, outcome])).to.deep.equal([
      [one, "changed"],
      [one, "unchanged"],
      [two, "refused"],
      [two, "refused"],
    ]);
  });

  it("fails with what is no fault of a row, and acts on no row after it", async () => {
    for (const error of [overloaded(1), new DomainError("INTERNAL"), new TypeError("no")]) {
      const called: string[] = [];
      const batch = runBatch(deps, { phones: [one, two, three] }, async (phone) => {
        called.push(phone);
        if (phone === two) throw error;
        return true;
      });
      expect(await rejection(batch)).to.equal(error);
      expect(called).to.deep.equal([one, two]);
    }
  });

  it("ends between two rows when its call is aborted", async () => {
    const controller = new AbortController();
    const called: string[] = [];
    const { signal } = controller;
    const batch = runBatch(deps, { phones: [one, two, three], signal }, async (phone) => {
      called.push(phone);
      if (phone === two) controller.abort(new RangeError("the deadline"));
      return true;
    });
    expect(await rejection(batch)).to.be.instanceOf(RangeError);
    expect(called).to.deep.equal([one, two]);
  });
});
