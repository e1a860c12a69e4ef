import { useState } from "preact/hooks";

/** The versions of the parts of a page. Each part is read again when its version changes. */
export interface Versions<Part extends string> {
  of(part: Part): number;
  /** Gives these parts, which an act has changed, other versions. */
  renew(parts: readonly Part[]): void;
}

export function useVersions<Part extends string>(): Versions<Part> {
  const [renewals, setRenewals] = useState<readonly Part[]>([]);
  return {
    of: (part) => renewals.filter((renewed) => renewed === part).length,
    renew: (parts) => setRenewals((before) => [...before, ...parts]),
  };
}
