/** A table in Markdown. Cells may hold line breaks and bars. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(toCell).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

const toCell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ").trim();
