import type { LineResult } from "./import-entries.js";

/** Collects the results of an import of any length in bounded memory. */
export interface ImportReport {
  add(result: LineResult): void;
  readonly counts: Readonly<Record<LineResult["outcome"], number>>;
  /** In order. A longer import keeps only some of its lines, refused ones first. */
  lines(): LineResult[];
}

export function createImportReport(maxLines = 10_000): ImportReport {
  const counts = { added: 0, reactivated: 0, unchanged: 0, refused: 0, not_applied: 0 };
  const refused: LineResult[] = [];
  const notRefused: LineResult[] = [];
  return {
    add(result) {
      counts[result.outcome] += 1;
      const results = result.outcome === "refused" ? refused : notRefused;
      if (results.length < maxLines) results.push(result);
    },
    counts,
    lines: () => [...refused, ...notRefused].slice(0, maxLines).sort((a, b) => a.line - b.line),
  };
}
