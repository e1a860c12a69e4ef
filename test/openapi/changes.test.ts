import { readFileSync } from "node:fs";
import { expect } from "chai";
import { API_DOCUMENT_FILE, apiDocumentChanges } from "../../deploy/api-document.js";

const committed = readFileSync(API_DOCUMENT_FILE, "utf8");
const OUT_OF_DATE = "gen/openapi.json is out of date: run npm run generate, and commit gen/";

/** The parts of the document that the tests change. */
interface Changeable {
  paths: Record<string, object>;
  components: { schemas: Record<"Session", { properties: Record<string, object> }> };
}

/** The lines about the document that the program would make after a change. */
function linesAfter(change: (document: Changeable) => void): string[] | undefined {
  const document = JSON.parse(committed) as Changeable;
  change(document);
  return linesFor(`${JSON.stringify(document, null, 2)}\n`);
}

function linesFor(text: string): string[] | undefined {
  return apiDocumentChanges(text)?.split("\n  ");
}

describe("what is said when the program changes without gen/openapi.json", () => {
  it("is nothing, unless something has changed", () => {
    expect(linesFor(committed)).to.equal(undefined);
    expect(linesFor(committed.trim())).to.deep.equal([OUT_OF_DATE, "another order or layout"]);
  });

  it("names a path that was removed", () => {
    const lines = linesAfter(({ paths }) => {
      delete paths["/api/auth/sessions/"];
    });
    expect(lines).to.deep.equal([OUT_OF_DATE, "paths › /api/auth/sessions/: removed"]);
  });

  it("names the schema of a field that was removed, and not its examples", () => {
    const document = committed.replaceAll(/,\n *"client": "[^"]*"/g, "");
    expect(document).not.to.equal(committed);
    const { components, ...others } = JSON.parse(document) as Changeable;
    const { client, ...properties } = components.schemas.Session.properties;
    components.schemas.Session.properties = properties;
    expect(linesFor(JSON.stringify({ ...others, components }))).to.deep.equal([
      OUT_OF_DATE,
      "components › schemas › Session › properties › client: removed",
    ]);
  });

  it("shows a reason and a limit that were renamed, with a little of what is around them", () => {
    expect(linesFor(committed.replaceAll("LIMIT_LOGIN", "LIMIT_SIGN_IN"))).to.deep.equal([
      OUT_OF_DATE,
      'paths › /api/auth/login/ › post › description: "…minute for each address (`LIMIT_LOGIN`)." is now "…minute for each address (`LIMIT_SIGN_IN`)."',
    ]);
    const lines = linesFor(committed.replaceAll("`LAST_SUPERUSER`", "`LAST_ADMIN`"));
    expect(lines?.[1]).to.match(
      /^paths › .* › 400 › description: ".*`LAST_SUPERUSER`.*" is now ".*`LAST_ADMIN`/,
    );
  });

  it("is 20 places at most", () => {
    const lines = linesAfter((document) => {
      document.paths = {};
    });
    expect(lines).to.have.length(22);
    expect(lines?.at(-1)).to.match(/^and \d+ more$/);
  });
});
