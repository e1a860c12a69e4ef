import { formatClock } from "../messages/format.js";
import { useTexts } from "../messages/language.js";
import type { List } from "../state/use-list.js";
import { ErrorNote } from "./error-note.js";

interface ListNotesProps {
  list: List<unknown>;
  /** The filters that show what is wrong with them. */
  fields?: readonly string[];
}

/** Says why a list isn't shown, or isn't the one that the address names. */
export function ListNotes({ list: { data, error, isLoading, retryAt, reload }, fields }: ListNotesProps) {
  const texts = useTexts().common;
  return (
    <>
      <ErrorNote error={error} {...(fields && { fields })} onRetry={reload} />
      {retryAt && <p role="status">{texts.retryAt(formatClock(retryAt))}</p>}
      {data?.isOther && (
        <p class="note" role="status">
          {texts.otherPage}
        </p>
      )}
      {!data && isLoading && <p role="status">{texts.loading}</p>}
    </>
  );
}
