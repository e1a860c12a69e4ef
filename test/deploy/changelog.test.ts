import { expect } from "chai";
import { assertLaterVersion, ReleaseError, releaseChangelog } from "../../deploy/changelog.js";

const head = "# Changelog\n\nAll notable changes.\n\n## [Unreleased]\n";
const first = "## [0.1.0] - 2026-01-02\n\n### Added\n\n- The first thing.\n";
const entries = "### Added\n\n- A thing, in\n  two lines.\n- Another.\n\n### Fixed\n\n- A fault.\n";

describe("the changelog of a release", () => {
  it("moves the entries to a dated section above the previous release", () => {
    const released = releaseChangelog(`${head}\n${entries}\n${first}`, "0.2.0", "2026-03-04");
    expect(released).to.equal(`${head}\n## [0.2.0] - 2026-03-04\n\n${entries}\n${first}`);
  });

  it("moves the entries of the first release to the end", () => {
    const released = releaseChangelog(`${head}\n${entries}`, "0.1.0", "2026-03-04");
    expect(released).to.equal(`${head}\n## [0.1.0] - 2026-03-04\n\n${entries}`);
  });

  it("drops headings without entries", () => {
    const released = releaseChangelog(
      `${head}\n### Added\n\n### Fixed\n\n- A fault.\n\n${first}`,
      "0.2.0",
      "2026-03-04",
    );
    expect(released).to.equal(`${head}\n## [0.2.0] - 2026-03-04\n\n### Fixed\n\n- A fault.\n\n${first}`);
  });

  it("is refused without entries, even if the previous release has some", () => {
    for (const changelog of [head, `${head}\n${first}`, `${head}\n### Added\n\n${first}`]) {
      expect(() => releaseChangelog(changelog, "0.2.0", "2026-03-04")).to.throw(ReleaseError, "no entries");
    }
  });

  it("is refused without the section [Unreleased]", () => {
    expect(() => releaseChangelog(first, "0.2.0", "2026-03-04")).to.throw(ReleaseError, "no section");
  });
});

describe("the version of a release", () => {
  it("is later than the current one, number by number", () => {
    for (const [version, current] of [
      ["0.2.0", "0.1.9"],
      ["0.10.0", "0.9.0"],
      ["1.0.0", "0.99.99"],
      ["1.0.1", "1.0.0"],
    ] as const) {
      expect(() => assertLaterVersion(version, current)).not.to.throw();
      expect(() => assertLaterVersion(current, version)).to.throw(
        ReleaseError,
        `${current} is not later than ${version}`,
      );
    }
    expect(() => assertLaterVersion("1.0.0", "1.0.0")).to.throw(ReleaseError, "not later");
  });

  it("has three numbers", () => {
    for (const version of ["", "1", "1.0", "v1.0.0", "1.0.0-rc.1", "01.0.0", "1.0.0.0", "1.0.x"]) {
      expect(() => assertLaterVersion(version, "0.1.0"), version).to.throw(ReleaseError, "not a version");
    }
  });
});
