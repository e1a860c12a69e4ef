import type { RefObject } from "preact";
import type { WhitelistEntry } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { SortHeader } from "../../components/sort-header.js";
import { Table } from "../../components/table.js";
import { useTexts } from "../../messages/language.js";
import { type EntryActions, EntryRow } from "./entry-row.js";
import type { Selection } from "./selection.js";

interface EntriesTableProps extends EntryActions {
  entries: readonly WhitelistEntry[];
  /** The number of the page. */
  number: number;
  /** As `order_by` has it. */
  order: string;
  addressOfOrder(order: string): string;
  selection: Selection;
  isBusy: boolean;
  captionRef: RefObject<HTMLTableCaptionElement | null>;
}

export function EntriesTable(props: EntriesTableProps) {
  const { entries, number, order, addressOfOrder, selection, isBusy, captionRef, ...actions } = props;
  const { common, whitelist: texts } = useTexts();
  const sort = { order, addressOfOrder };
  return (
    <Table
      caption={`${common.whitelist}. ${texts.caption(entries.length, number)}`}
      captionRef={captionRef}
      kind="cards"
      isBusy={isBusy}
      head={[
        <SelectPage key="select" phones={entries.map(({ phone }) => phone)} selection={selection} />,
        <SortHeader key="phone" label={common.number} column="phone" {...sort} />,
        common.state,
        common.notes,
        texts.addedBy,
        <SortHeader key="addedAt" label={texts.addedAt} column="added_at" {...sort} />,
        common.actions,
      ]}
    >
      {entries.map((entry) => (
        <EntryRow
          key={entry.id}
          entry={entry}
          isSelected={selection.has(entry.phone)}
          onSelect={(isSelected) => selection.set([entry.phone], isSelected)}
          {...actions}
        />
      ))}
    </Table>
  );
}

function SelectPage({ phones, selection }: { phones: readonly string[]; selection: Selection }) {
  const selectedCount = phones.filter(selection.has).length;
  const isAllSelected = phones.length > 0 && selectedCount === phones.length;
  return (
    <td>
      <input
        type="checkbox"
        aria-label={useTexts().whitelist.selectPage}
        checked={isAllSelected}
        indeterminate={selectedCount > 0 && !isAllSelected}
        onChange={(event) => selection.set(phones, event.currentTarget.checked)}
      />
    </td>
  );
}
