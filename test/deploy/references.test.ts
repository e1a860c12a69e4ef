import { readFileSync } from "node:fs";
import { expect } from "chai";
import { REFERENCES } from "../../deploy/references/references.js";
import { readConfig } from "../../src/config.js";
import { environmentSchema } from "../../src/config-variables.js";
import { ERROR_TABLE } from "../../src/errors.js";

/** The first cells of the rows of a page's table, without code marks. */
function namesIn(page: string): string[] {
  return Array.from(page.matchAll(/^\| `(\w+)` \|/gm), ([, name = ""]) => name);
}

describe("the references in docs/", () => {
  for (const [file, reference] of REFERENCES) {
    it(`are what the source has: ${file}`, () => {
      const isCurrent = readFileSync(file, "utf8") === reference();
      expect(isCurrent, `${file} is not what the source says: run \`npm run generate\``).to.equal(true);
    });

    it(`have a meaning for everything: ${file}`, () => {
      const cells = reference().match(/^\| `.*\|$/gm)!;
      for (const row of cells) expect(row).not.to.match(/\| {1,2}\|$/);
    });
  }

  it("name every variable, limit and reason", () => {
    const named = (file: string) => [...new Set(namesIn(REFERENCES.get(file)!()))];
    expect(named("docs/configuration.md")).to.have.members(Object.keys(environmentSchema.shape));
    expect(named("docs/limits.md")).to.have.members(Object.keys(readConfig({}).limits));
    expect(named("docs/errors.md")).to.have.members(Object.keys(ERROR_TABLE));
  });
});
