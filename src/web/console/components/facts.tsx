import type { ComponentChildren } from "preact";

interface FactsProps {
  /** Names and values. A value that is null or empty is a dash. */
  facts: readonly (readonly [name: string, value: ComponentChildren])[];
  /** `inline`: side by side, as for counts. */
  kind?: "inline";
}

/** Names with their values. */
export function Facts({ facts, kind }: FactsProps) {
  return (
    <dl class={kind ? `facts ${kind}` : "facts"}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value || "–"}</dd>
        </div>
      ))}
    </dl>
  );
}
