import { readFileSync } from "node:fs";
import { expect } from "chai";

describe("the documented commands", () => {
  it("write only files that git ignores", () => {
    const ignored = readFileSync(".gitignore", "utf8").split("\n");
    const documents = ["README.md", "docs/backup.md"].map((file) => readFileSync(file, "utf8")).join("\n");
    const outputs = documents.matchAll(/(?: > |--file=|tar -czf |mv \.data )([\w.-]+)/g);
    const written = new Set([...outputs].map(([, name]) => name));
    expect(written).to.include("numbers.csv").and.include("identity.dump");
    for (const name of written) expect(ignored).to.include.oneOf([`/${name}`, `/${name}/`]);
  });
});
