import type { ComponentChildren, RefObject } from "preact";
import { useId } from "preact/hooks";

interface TableProps {
  caption: string;
  /** The caption can take the focus from a row that is gone. */
  captionRef?: RefObject<HTMLTableCaptionElement | null>;
  /** A heading above says the same. */
  isCaptionUnseen?: boolean;
  /** `cards`: each row becomes a card where the table is too wide. */
  kind?: "cards";
  isBusy?: boolean;
  /** The headers: texts, or cells. */
  head: readonly ComponentChildren[];
  /** The rows. */
  children: ComponentChildren;
}

/** A table that scrolls inside of its frame where it is too wide. */
export function Table({
  caption,
  captionRef,
  isCaptionUnseen = false,
  kind,
  isBusy = false,
  head,
  children,
}: TableProps) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what has the focus.
    <section class="table" aria-labelledby={id} tabIndex={0} aria-busy={isBusy}>
      <table class={kind}>
        <caption
          id={id}
          ref={captionRef ?? null}
          tabIndex={captionRef && -1}
          class={isCaptionUnseen ? "unseen" : undefined}
        >
          {caption}
        </caption>
        <thead>
          <tr>
            {head.map((cell) => (typeof cell === "string" ? <HeadCell key={cell} text={cell} /> : cell))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

const HeadCell = ({ text }: { text: string }) => <th scope="col">{text}</th>;
