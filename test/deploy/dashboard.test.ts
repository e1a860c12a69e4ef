import { expect } from "chai";
import { readDashboard } from "./alert-files.js";
import { faultsOf } from "./promql.js";

const { panels, schemaVersion, templating, uid } = readDashboard();

/** The cells of Grafana's grid that a panel covers. */
function cellsOf({ gridPos: { h, w, x, y } }: (typeof panels)[number]): string[] {
  return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`);
}

describe("the dashboard", () => {
  it("has an identity and a schema version", () => {
    expect(uid).to.equal("waterbill-identity");
    expect(schemaVersion).to.be.a("number");
  });

  it("has panels with ids and titles of their own", () => {
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).to.equal(panels.length);
  });

  it("has no panels that overlap or leave the grid", () => {
    const cells = panels.flatMap(cellsOf);
    expect(new Set(cells).size).to.equal(cells.length);
    for (const { title, gridPos } of panels) expect(gridPos.x + gridPos.w, title).to.be.at.most(24);
  });

  it("asks only for what the service exports", () => {
    for (const { title, targets = [] } of panels) {
      for (const { expr } of targets) expect(faultsOf(expr), title).to.deep.equal([]);
    }
  });

  it("has queries in every panel but rows, each with a reference of its own", () => {
    for (const { title, type, targets = [] } of panels) {
      expect(targets.length > 0, title).to.equal(type !== "row");
      expect(new Set(targets.map(({ refId }) => refId)).size, title).to.equal(targets.length);
    }
  });

  it("lets its reader choose data source, job and instances, and every query follows", () => {
    expect(templating.list.map(({ name }) => name)).to.deep.equal(["datasource", "job", "instance"]);
    for (const { title, targets = [] } of panels) {
      for (const { expr } of targets) {
        const matchers = expr.match(/\{[^}]*\}/g) ?? [];
        for (const matcher of matchers)
          expect(matcher, title).to.include('job="$job", instance=~"$instance"');
      }
    }
  });
});
