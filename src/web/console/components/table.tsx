import type { ComponentChildren, RefObject } from "preact";
import { useId } from "preact/hooks";

interface TableProps {
  caption: string;
  /** The caption can take the focus from a row that is gone. */
  captionRef?: RefObject<HTMLTableCaptionElement | null>;
  isBusy?: boolean;
  /** The headers: texts, or cells. */
  head: readonly ComponentChildren[];
  /** The rows. */
  children: ComponentChildren;
}

/** A table that scrolls inside of its frame where it is too wide. */
export function Table({ caption, captionRef, isBusy = false, head, children }: TableProps) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what has the focus.
    <section class="table" aria-labelledby={id} tabIndex={0} aria-busy={isBusy}>
      <table>
        <caption id={id} ref={captionRef ?? null} tabIndex={captionRef && -1}>
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
