import { useState } from "preact/hooks";
import { FormDialog } from "../../components/form-dialog.js";
import { formatClock } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { type BulkKind, startBulk } from "./current-bulk.js";
import type { ListFilter } from "./list-filter.js";
import { NotesField } from "./notes-field.js";
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
  const { title } = useTexts().whitelist.bulk[kind];
  const [notes, setNotes] = useState("");
  const matching = useMatchingPhones(filter, selection.isAll ? null : [...selection.phones]);
  const { phones, error, retry } = matching;
  return (
    <FormDialog
      title={title}
      submitLabel={title}
      isDangerous={kind === "remove"}
      isBusy={!phones?.length}
      error={error}
      onRetry={retry}
      onSubmit={() => {
        if (!phones?.length) return;
        startBulk({ kind, notes }, phones);
        selection.clear();
        onClose();
      }}
      onClose={onClose}
    >
      <p role="status">
        <Extent kind={kind} matching={matching} />
      </p>
      {kind === "notes" && <NotesField value={notes} onInput={setNotes} error={null} />}
    </FormDialog>
  );
}

function Extent({ kind, matching }: { kind: BulkKind; matching: MatchingPhones }) {
  const texts = useTexts().whitelist;
  const { phones, count, resumesAt } = matching;
  if (resumesAt) return <>{texts.waitsUntil(formatClock(resumesAt))}</>;
  if (!phones) return <>{texts.collecting(count)}</>;
  return <>{count === 0 ? texts.nothingSelected : texts.bulk[kind].confirm(count)}</>;
}
