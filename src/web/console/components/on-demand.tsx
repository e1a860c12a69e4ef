import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Button } from "./button.js";

interface OnDemandProps {
  title: string;
  /** Why it isn't shown at once. */
  hint: string;
  showLabel: string;
  /** What is shown, and read, after the click. */
  children: () => ComponentChildren;
}

/** A section that is read only when its user wants it. */
export function OnDemand({ title, hint, showLabel, children }: OnDemandProps) {
  const [isShown, setIsShown] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <section>
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {isShown ? (
        children()
      ) : (
        <div class="buttons">
          <Button
            onClick={() => {
              heading.current?.focus();
              setIsShown(true);
            }}
          >
            {showLabel}
          </Button>
          <span class="quiet">{hint}</span>
        </div>
      )}
    </section>
  );
}
