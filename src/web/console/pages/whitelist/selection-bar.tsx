import { Button } from "../../components/button.js";
import { useTexts } from "../../messages/language.js";
import { type BulkKind, useIsUnfinished } from "./current-bulk.js";
import type { Selection } from "./selection.js";

const KINDS: readonly BulkKind[] = ["activate", "deactivate", "notes", "remove"];

interface SelectionBarProps {
  selection: Selection;
  /** How many numbers the filters select; null: only a bulk will tell. */
  matchingCount: number | null;
  /** The list has more pages than one. */
  hasMore: boolean;
  onBulk(kind: BulkKind): void;
}

/** How much is selected, and what can be done with it. One bulk runs at a time. */
export function SelectionBar({ selection, matchingCount, hasMore, onBulk }: SelectionBarProps) {
  const texts = useTexts().whitelist;
  const isBusy = useIsUnfinished();
  const { phones, isAll } = selection;
  if (!isAll && phones.size === 0) return null;
  const labels: Record<BulkKind, string> = { ...texts, notes: texts.editNotes };
  return (
    <section class="selection" aria-label={texts.selectionActions}>
      <p role="status">{isAll ? texts.allSelected(matchingCount) : texts.selected(phones.size)}</p>
      {!isAll && hasMore && (
        <button type="button" class="link" onClick={selection.setAll}>
          {texts.selectAll(matchingCount)}
        </button>
      )}
      <button type="button" class="link" onClick={selection.clear}>
        {texts.unselect}
      </button>
      <div class="row-actions">
        {KINDS.map((kind) => (
          <Button key={kind} isBusy={isBusy} onClick={() => onBulk(kind)}>
            {labels[kind]}
          </Button>
        ))}
      </div>
    </section>
  );
}
