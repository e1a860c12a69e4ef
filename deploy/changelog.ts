/** Why a version cannot be released. Its message is for the person who releases. */
export class ReleaseError extends Error {}

const UNRELEASED = "## [Unreleased]\n";

/**
 * Moves what is under [Unreleased] into a section for `version`, in the form of Keep a Changelog. Headings without
 * entries are dropped. Throws a ReleaseError if there are no entries.
 *
 * @param date the day of the release, `2026-01-31`
 */
export function releaseChangelog(changelog: string, version: string, date: string): string {
  const start = changelog.indexOf(UNRELEASED);
  if (start < 0) throw new ReleaseError("CHANGELOG.md has no section [Unreleased].");
  const body = start + UNRELEASED.length;
  const next = changelog.indexOf("\n## [", body);
  const end = next < 0 ? changelog.length : next + 1;
  const groups = changelog
    .slice(body, end)
    .split(/^(?=### )/m)
    .filter((group) => /^- /m.test(group))
    .map((group) => group.trim());
  if (groups.length === 0) throw new ReleaseError("CHANGELOG.md has no entries under [Unreleased].");
  const section = [`## [${version}] - ${date}`, ...groups].join("\n\n");
  return `${changelog.slice(0, body)}\n${section}\n${next < 0 ? "" : `\n${changelog.slice(end)}`}`;
}

/** Throws a ReleaseError unless `version` is three numbers (https://semver.org) that are later than `current`. */
export function assertLaterVersion(version: string, current: string): void {
  const [numbers, currentNumbers] = [versionNumbers(version), versionNumbers(current)];
  const difference = numbers.findIndex((number, index) => number !== currentNumbers[index]);
  if (difference < 0 || numbers[difference]! < currentNumbers[difference]!) {
    throw new ReleaseError(`Version ${version} is not later than ${current}.`);
  }
}

function versionNumbers(version: string): number[] {
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$/.test(version)) {
    throw new ReleaseError(`"${version}" is not a version like 1.2.3.`);
  }
  return version.split(".").map(Number);
}
