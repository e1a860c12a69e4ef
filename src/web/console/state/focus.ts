/** Moves the focus to the heading of what is shown, so that screen readers say where their user is. */
export function focusHeading(): void {
  const shown = [...document.querySelectorAll<HTMLElement>("main h1, main")].filter(
    (element) => !element.closest("[hidden]"),
  );
  const heading = shown.find(({ tagName }) => tagName === "H1") ?? shown[0];
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
}

/** Moves the focus to `element` if what had it is gone, so that people with a keyboard or a screen reader stay near. */
export function keepFocus(element: HTMLElement | null): void {
  const { activeElement, body } = document;
  if (!activeElement || activeElement === body) element?.focus();
}
