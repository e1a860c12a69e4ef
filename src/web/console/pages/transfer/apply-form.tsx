import { useState } from "preact/hooks";
import type { ImportWhitelistEntriesResponse } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { Button } from "../../components/button.js";
import { CheckField } from "../../components/field.js";
import { useTexts } from "../../messages/language.js";

interface ApplyFormProps {
  /** What the import would do. */
  report: ImportWhitelistEntriesResponse;
  isBusy: boolean;
  onApply(allOrNothing: boolean): void;
}

/** Asks whether a checked file shall be imported. */
export function ApplyForm({ report, isBusy, onApply }: ApplyFormProps) {
  const texts = useTexts().transfer;
  const [allOrNothing, setAllOrNothing] = useState(false);
  if (report.totalCount === report.refusedCount) return <p class="note">{texts.nothingToApply}</p>;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) onApply(allOrNothing);
      }}
    >
      <CheckField label={texts.allOrNothing} isChecked={allOrNothing} onChange={setAllOrNothing} />
      {allOrNothing && report.refusedCount > 0 && (
        <p class="problem" role="alert">
          {texts.nothingWithRefused}
        </p>
      )}
      <Button type="submit" kind="primary" isBusy={isBusy}>
        {texts.importTitle}
      </Button>
    </form>
  );
}
