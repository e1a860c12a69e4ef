import type { LineResult } from "./import-entries.js";

/** What became of an import, of whatever length, in little memory. */
export interface ImportReport {
  add(result: LineResult): void;
  readonly counts: Readonly<Record<LineResult["outcome"], number>>;
  /** In their order; of a longer import only some: refused ones before others. */
  lines(): LineResult[];
}

export function createImportReport(maxLines = 10_000): ImportReport {
  const counts = { added: 0, reactivated: 0, unchanged: 0, refused: 0, not_applied: 0 };
  const refused: LineResult[] = [];
  const others: LineResult[] = [];
  return {
    add(result) {
      counts[result.outcome] += 1;
      const kept = result.outcome === "refused" ? refused : others;
      if (kept.length < maxLines) kept.push(result);
    },
    counts,
    lines: () => [...refused, ...others].slice(0, maxLines).sort((a, b) => a.line - b.line),
  };
}
