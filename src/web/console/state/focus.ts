/** The element that is shown: pages that wait out of sight have their own. */
function shownElement(selector: string): HTMLElement | undefined {
  const elements = document.querySelectorAll<HTMLElement>(selector);
  return [...elements].find((element) => !element.closest("[hidden]"));
}

/** The heading of what is shown. */
export const shownHeading = (): HTMLElement | undefined => shownElement("main h1");

/** Moves the focus to the heading of what is shown, so that screen readers say where their user is. */
export function focusHeading(): void {
  const heading = shownHeading() ?? shownElement("main");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
}

/** Moves the focus to `element` if what had it is gone, so that people with a keyboard or a screen reader stay near. */
export function keepFocus(element: HTMLElement | null): void {
  const { activeElement, body } = document;
  if (!activeElement || activeElement === body) element?.focus();
}
