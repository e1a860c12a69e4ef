import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect } from "chai";
import { reportFailure } from "../src/cli/report-failure.js";
import { DomainError, overloaded } from "../src/errors.js";
import { describeStartupError, UsageError } from "../src/startup-error.js";
import { loadKeys } from "../src/system/key-file.js";
import { systemRandom } from "../src/system/random.js";
import { expectNoSecret, hostileErrors } from "./support/hostile-errors.js";
import { thrown } from "./support/rejection.js";

describe("describeStartupError", () => {
  it("describes a known mistake in a sentence", () => {
    expect(describeStartupError(new UsageError("There is no file x."))).to.equal("There is no file x.");
    expect(describeStartupError(overloaded(1))).to.include("DATABASE_URL");
    for (const code of ["EADDRINUSE", "ENOTFOUND"]) {
      expect(describeStartupError(Object.assign(new Error(), { code }))).to.equal(
        `Cannot open the port (${code}): choose another PORT or HOST.`,
      );
    }
  });

  it("describes any other error as the log does", () => {
    for (const { error, type, code } of hostileErrors()) {
      const text = describeStartupError(error);
      expectNoSecret(text, type);
      if (error instanceof DomainError && error.reason === "OVERLOADED") continue;
      expect(text.split("\n")[0]).to.include(type + (code === undefined ? "" : ` (${code})`));
      if (error instanceof Error) expect(text).to.match(/^ {4}at .*test\/support\/hostile-errors\.ts:\d/m);
    }
    const nested = new TypeError("outer", { cause: new RangeError("inner") });
    expect(describeStartupError(nested)).to.match(/^TypeError\n( {4}at .*\n)+caused by RangeError\n/);
  });

  it("contains nothing of a key file that can't be parsed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "waterbill-keys-"));
    const path = join(folder, "keys.json");
    await writeFile(path, '{"token":Motdepasse123!}');
    const text = describeStartupError(thrown(() => loadKeys(folder, systemRandom)));
    await rm(folder, { recursive: true });
    expectNoSecret(text, "keys");
    expect(text).to.include(`Cannot read the keys in ${path}`).and.include("caused by SyntaxError");
  });
});

describe("reportFailure", () => {
  it("prints a refusal, and nothing that another error contains", () => {
    const printed: string[] = [];
    const stderr = new Writable({
      write(text, _encoding, done) {
        printed.push(String(text));
        done();
      },
    });
    for (const { error } of hostileErrors())
      if (!(error instanceof DomainError)) reportFailure(stderr, error);
    reportFailure(stderr, new DomainError("ACCOUNT_NOT_FOUND"));
    reportFailure(stderr, new DomainError("PHONE_INVALID"));
    expectNoSecret(printed.join("\n"), "printed");
    expect(printed.at(-1)).to.match(/^phone: /);
    expect(printed.at(-2)).not.to.include(" at ");
    for (const { error } of hostileErrors())
      if (!(error instanceof DomainError)) reportFailure(stderr, error, { isJson: true });
    expectNoSecret(printed.join("\n"), "printed as JSON");
  });
});
