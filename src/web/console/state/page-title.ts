import { currentTexts } from "../messages/language.js";
import { shownHeading } from "./focus.js";

/** Keeps the title of the document like the heading that is shown, in whatever language. */
export function followHeading(): () => void {
  const update = () => {
    const heading = shownHeading()?.textContent;
    const { product } = currentTexts().common;
    const title = heading ? `${heading} – ${product}` : product;
    if (document.title !== title) document.title = title;
  };
  const observer = new MutationObserver(update);
  observer.observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ["hidden"],
  });
  update();
  return () => observer.disconnect();
}
