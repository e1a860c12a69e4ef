import type { ButtonHTMLAttributes, ComponentChildren, TargetedMouseEvent } from "preact";

interface ButtonProps
  extends Pick<ButtonHTMLAttributes, "aria-label" | "aria-expanded" | "aria-pressed" | "id"> {
  /** `danger`: what can't be undone. */
  kind?: "primary" | "plain" | "danger";
  type?: "button" | "submit";
  /** While it runs, pressing it does nothing. It keeps the focus. */
  isBusy?: boolean;
  onClick?: (event: TargetedMouseEvent<HTMLButtonElement>) => unknown;
  children: ComponentChildren;
}

export function Button({
  kind = "plain",
  type = "button",
  isBusy = false,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      class={kind}
      aria-disabled={isBusy || undefined}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}
