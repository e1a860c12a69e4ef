import type { ComponentChildren } from "preact";

/** The frame of a table without links and buttons, in which it scrolls on narrow screens. The focus gets there for that. */
export function TableFrame({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus, no key scrolls it.
    <section class="table" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
