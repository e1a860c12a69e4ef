/** The series of a page of metrics in Prometheus's text format: values by name and labels, as they are written there. */
export type Series = ReadonlyMap<string, number>;

/** Reads the metrics on a port of this machine. */
export async function scrape(port: number): Promise<Series> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (response.status !== 200) throw new Error(`the metrics responded with ${response.status}`);
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(" ");
      return [line.slice(0, end), Number(line.slice(end + 1))] as const;
    }),
  );
}

/** What the series whose names start with `prefix` have, without those that are 0. */
export function withPrefix(series: Series, prefix: string): Record<string, number> {
  return Object.fromEntries([...series].filter(([name, value]) => name.startsWith(prefix) && value !== 0));
}
