import type { Ref } from "preact";
import type { WhitelistEntry } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { useTexts } from "../../messages/language.js";
import { type EntryActions, EntryRow } from "./entry-row.js";
import type { Selection } from "./selection.js";
import { SortHeader } from "./sort-header.js";

interface EntriesTableProps extends EntryActions {
  entries: readonly WhitelistEntry[];
  /** The number of the page. */
  number: number;
  orderBy: string;
  onSort(orderBy: string): void;
  selection: Selection;
  isBusy: boolean;
  captionRef: Ref<HTMLTableCaptionElement>;
}

export function EntriesTable(props: EntriesTableProps) {
  const { entries, number, orderBy, onSort, selection, isBusy, captionRef, ...actions } = props;
  const texts = useTexts();
  const { title, state, notes, addedBy, addedAt, phone, caption, selectPage } = texts.whitelist;
  const phones = entries.map((entry) => entry.phone);
  const selectedCount = phones.filter(selection.has).length;
  const isAllSelected = phones.length > 0 && selectedCount === phones.length;
  return (
    <div class="table" aria-busy={isBusy}>
      <table class="cards">
        <caption ref={captionRef} tabIndex={-1}>
          {title}. {caption(entries.length, number)}
        </caption>
        <thead>
          <tr>
            <td>
              <input
                type="checkbox"
                aria-label={selectPage}
                checked={isAllSelected}
                indeterminate={selectedCount > 0 && !isAllSelected}
                onChange={(event) => selection.set(phones, event.currentTarget.checked)}
              />
            </td>
            <SortHeader label={phone} column="phone" {...{ orderBy, onSort }} />
            <th scope="col">{state}</th>
            <th scope="col">{notes}</th>
            <th scope="col">{addedBy}</th>
            <SortHeader label={addedAt} column="added_at" {...{ orderBy, onSort }} />
            <th scope="col">{texts.common.actions}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <EntryRow
              key={entry.id}
              entry={entry}
              isSelected={selection.has(entry.phone)}
              onSelect={(isSelected) => selection.set([entry.phone], isSelected)}
              {...actions}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
