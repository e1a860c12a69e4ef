import { useTexts } from "../messages/language.js";
import { addressOf } from "../state/route.js";

interface PagerProps {
  /** The path of the list, and the parameters that are neither `page` nor `number`. */
  parts: readonly string[];
  params: Readonly<Record<string, string>>;
  /** Counts from 1. */
  number: number;
  /** Empty: this page is the last one. */
  nextPageToken: string;
}

/** Links to the first, the previous and the next page of a list. Pages are found by tokens, so only the browser knows the previous one. */
export function Pager({ parts, params, number, nextPageToken }: PagerProps) {
  const texts = useTexts().common;
  const next = { ...params, page: nextPageToken, number: String(number + 1) };
  if (number === 1 && nextPageToken === "") return null;
  return (
    <nav class="pager" aria-label={texts.pages}>
      {number > 1 && <a href={addressOf(parts, params)}>{texts.firstPage}</a>}
      {number > 2 && (
        <button type="button" class="link" onClick={() => history.back()}>
          {texts.previousPage}
        </button>
      )}
      <span>{texts.page(number)}</span>
      {nextPageToken !== "" && <a href={addressOf(parts, next)}>{texts.nextPage}</a>}
    </nav>
  );
}
