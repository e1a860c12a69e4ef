import { useRef, useState } from "preact/hooks";
import type {
  ListWhitelistEntriesResponse,
  WhitelistStatistics,
} from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { Button } from "../../components/button.js";
import { Facts } from "../../components/facts.js";
import { ListNotes } from "../../components/list-notes.js";
import { Pager } from "../../components/pager.js";
import { useTexts } from "../../messages/language.js";
import { whitelist } from "../../service/services.js";
import { addressOf, useRoute } from "../../state/route.js";
import { useFilterDraft } from "../../state/use-filter-draft.js";
import { useKeptFocus, useTurnedPage } from "../../state/use-kept-focus.js";
import { useList } from "../../state/use-list.js";
import { useStore } from "../../state/use-store.js";
import { BulkPanel } from "./bulk-panel.js";
import { currentBulk } from "./current-bulk.js";
import { EmptyList } from "./empty-list.js";
import { EntriesTable } from "./entries-table.js";
import { EntryDialog, type OpenDialog } from "./entry-dialog.js";
import { EntryFilterForm } from "./entry-filter-form.js";
import {
  type ListFilter,
  NO_FILTER,
  orderOf,
  orderParam,
  readFilter,
  selectionKey,
  selectsAll,
  toRequest,
} from "./list-filter.js";
import { useSelection } from "./selection.js";
import { SelectionBar } from "./selection-bar.js";

const PARTS = ["whitelist"];
const PAGE_SIZE = 50;

/** The list with its filters, and what can be done with its entries. */
export function EntriesPage() {
  const { common, whitelist: texts } = useTexts();
  const { params } = useRoute();
  const filter = readFilter(params);
  const draft = useFilterDraft(PARTS, filter);
  const list = useList(JSON.stringify(filter), params, (pageToken, signal) =>
    whitelist.listWhitelistEntries({ ...toRequest(filter), pageSize: PAGE_SIZE, pageToken }, { signal }),
  );
  const selection = useSelection(selectionKey(filter));
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const caption = useRef<HTMLTableCaptionElement>(null);
  const { page, number = 1 } = list.data ?? {};
  useKeptFocus(caption, list.data, dialog, useStore(currentBulk));
  useTurnedPage(caption, list.data?.number);
  return (
    <>
      <div class="title">
        <h1>{common.whitelist}</h1>
        <Button kind="primary" onClick={() => setDialog({ kind: "add", phone: "" })}>
          {texts.add}
        </Button>
        <a href={addressOf([...PARTS, "transfer"], { ...filter })}>{texts.transfer}</a>
      </div>
      <BulkPanel onChanged={list.reload} />
      {page?.statistics && <Statistics statistics={page.statistics} />}
      <EntryFilterForm draft={draft} error={list.error} />
      <ListNotes list={list} fields={Object.keys(NO_FILTER)} />
      <SelectionBar
        selection={selection}
        matchingCount={matchingCount(filter, page)}
        hasMore={number > 1 || page?.nextPageToken !== ""}
        onBulk={(kind) => setDialog({ kind: "bulk", change: kind })}
      />
      {page && (
        <EntriesTable
          entries={page.whitelist}
          number={number}
          order={orderOf(filter)}
          addressOfOrder={(order) => addressOf(PARTS, { ...draft.filter, orderBy: orderParam(order) })}
          selection={selection}
          isBusy={list.isLoading}
          captionRef={caption}
          onChanged={list.reload}
          onEditNotes={(entry) => setDialog({ kind: "notes", entry })}
          onRemove={(entry) => setDialog({ kind: "remove", entry })}
        />
      )}
      {page?.whitelist.length === 0 && (
        <EmptyList search={filter.search} onAdd={(phone) => setDialog({ kind: "add", phone })} />
      )}
      {page && (
        <Pager parts={PARTS} params={{ ...filter }} number={number} nextPageToken={page.nextPageToken} />
      )}
      {dialog && (
        <EntryDialog
          dialog={dialog}
          filter={filter}
          selection={selection}
          onChanged={list.reload}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}

/** How many entries the filters select, as far as the statistics tell; null: they don't. */
function matchingCount(filter: ListFilter, page: ListWhitelistEntriesResponse | undefined): number | null {
  if (!page?.statistics || !selectsAll({ ...filter, active: "" })) return null;
  const { totalCount, activeCount, inactiveCount } = page.statistics;
  if (filter.active === "") return totalCount;
  return filter.active === "true" ? activeCount : inactiveCount;
}

function Statistics({ statistics }: { statistics: WhitelistStatistics }) {
  const texts = useTexts().whitelist;
  return (
    <section aria-label={texts.statistics}>
      <Facts
        kind="inline"
        facts={[
          [texts.total, statistics.totalCount],
          [texts.activeCount, statistics.activeCount],
          [texts.inactiveCount, statistics.inactiveCount],
        ]}
      />
    </section>
  );
}
