const works: (() => Promise<void>)[] = [];

/** Registers work for the end of the run. */
export function atEnd(work: () => Promise<void>): void {
  works.push(work);
}

/** Does all registered work, the latest first. */
export async function endAll(): Promise<void> {
  for (let work = works.pop(); work; work = works.pop()) await work();
}
