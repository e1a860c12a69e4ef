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
