import type { ComponentChildren } from "preact";
import { formatNumber } from "../messages/format.js";

/** A number is written as people of the language do; a value that is null or empty is a dash. */
export type Fact = readonly [name: string, value: ComponentChildren, address?: string];

interface FactsProps {
  /** Names and values; the address of what a name stands for makes it a link. */
  facts: readonly Fact[];
  /** `inline`: side by side, as for counts. `figures`: numbers below each other. */
  kind?: "inline" | "figures";
}

/** Names with their values. */
export function Facts({ facts, kind }: FactsProps) {
  return (
    <dl class={kind ? `facts ${kind}` : "facts"}>
      {facts.map(([name, value, address]) => (
        <div key={name}>
          <dt>{address ? <a href={address}>{name}</a> : name}</dt>
          <dd>{typeof value === "number" ? formatNumber(value) : value || "–"}</dd>
        </div>
      ))}
    </dl>
  );
}
