import { useState } from "preact/hooks";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { ErrorNote } from "../../components/error-note.js";
import { TextArea } from "../../components/field.js";
import { formatClock } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { type BulkKind, startBulk } from "./current-bulk.js";
import type { ListFilter } from "./list-filter.js";
import { MAX_NOTES_LENGTH } from "./notes-dialog.js";
import type { Selection } from "./selection.js";
import { type MatchingPhones, useMatchingPhones } from "./use-matching-phones.js";

interface BulkDialogProps {
  kind: BulkKind;
  filter: ListFilter;
  selection: Selection;
  onClose(): void;
}

/** Says how many numbers are going to be changed, before they are. */
export function BulkDialog({ kind, filter, selection, onClose }: BulkDialogProps) {
  const texts = useTexts();
  const { title } = texts.whitelist.bulk[kind];
  const [notes, setNotes] = useState("");
  const matching = useMatchingPhones(filter, selection.isAll ? null : [...selection.phones]);
  const { phones, error, retry } = matching;
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!phones?.length) return;
          startBulk({ kind, notes }, phones);
          selection.clear();
          onClose();
        }}
      >
        <p role="status">
          <Extent kind={kind} matching={matching} />
        </p>
        {kind === "notes" && (
          <TextArea
            label={texts.whitelist.notes}
            hint={texts.whitelist.notesHint}
            maxLength={MAX_NOTES_LENGTH}
            value={notes}
            onInput={setNotes}
          />
        )}
        <ErrorNote error={error} onRetry={retry} />
        <div class="buttons">
          <Button type="submit" kind={kind === "remove" ? "danger" : "primary"} isBusy={!phones?.length}>
            {title}
          </Button>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Extent({ kind, matching }: { kind: BulkKind; matching: MatchingPhones }) {
  const texts = useTexts().whitelist;
  const { phones, count, resumesAt } = matching;
  if (resumesAt) return <>{texts.waitsUntil(formatClock(resumesAt))}</>;
  if (!phones) return <>{texts.collecting(count)}</>;
  return <>{count === 0 ? texts.nothingSelected : texts.bulk[kind].confirm(count)}</>;
}
