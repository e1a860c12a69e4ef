import { useEffect, useRef, useState } from "preact/hooks";
import type {
  ListWhitelistEntriesResponse,
  WhitelistStatistics,
} from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { Pager } from "../../components/pager.js";
import { formatClock } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { whitelist } from "../../service/services.js";
import { keepFocus, useListFocus } from "../../state/list-focus.js";
import { readPage, readPageOrFirst } from "../../state/page-params.js";
import { addressOf, useRoute } from "../../state/route.js";
import { useQuery } from "../../state/use-query.js";
import { useRetryLater } from "../../state/use-retry-later.js";
import { useStore } from "../../state/use-store.js";
import { BulkPanel } from "./bulk-panel.js";
import { Counts } from "./bulk-report.js";
import { besides } from "./change-entry.js";
import { currentBulk } from "./current-bulk.js";
import { EmptyList } from "./empty-list.js";
import { EntriesTable } from "./entries-table.js";
import { EntryDialog, type OpenDialog } from "./entry-dialog.js";
import { FilterForm } from "./filter-form.js";
import {
  type ListFilter,
  NO_FILTER,
  readFilter,
  selectionKey,
  selectsAll,
  toRequest,
} from "./list-filter.js";
import { useSelection } from "./selection.js";
import { SelectionBar } from "./selection-bar.js";
import { useFilterDraft } from "./use-filter-draft.js";

const PAGE_SIZE = 50;

/** The list with its filters, and what can be done with its entries. */
export function EntriesPage() {
  const texts = useTexts().whitelist;
  const { params } = useRoute();
  const filter = readFilter(params);
  const draft = useFilterDraft(filter);
  const list = useEntries(filter, params);
  const selection = useSelection(selectionKey(filter));
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const caption = useRef<HTMLTableCaptionElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const { page, number = 1, isOther } = list.data ?? {};
  useEffect(() => keepFocus(heading.current), []);
  useListFocus(caption, list.data, dialog, useStore(currentBulk));
  const address = { ...filter };
  return (
    <>
      <div class="title">
        <h1 ref={heading} tabIndex={-1}>
          {texts.title}
        </h1>
        <Button kind="primary" onClick={() => setDialog({ kind: "add", phone: "" })}>
          {texts.add}
        </Button>
        <a href={addressOf(["whitelist", "transfer"], address)}>{texts.transfer}</a>
      </div>
      <BulkPanel onChanged={list.reload} />
      {page?.statistics && <Statistics statistics={page.statistics} />}
      <FilterForm draft={draft} error={list.error} />
      <ErrorNote error={besides(list.error, ...Object.keys(NO_FILTER))} onRetry={list.reload} />
      {list.retryAt && <p role="status">{texts.retryAt(formatClock(list.retryAt))}</p>}
      {isOther && (
        <p class="note" role="status">
          {texts.otherPage}
        </p>
      )}
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
          orderBy={filter.orderBy}
          onSort={(orderBy) => draft.change({ orderBy })}
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
        <Pager parts={["whitelist"]} params={address} number={number} nextPageToken={page.nextPageToken} />
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

function useEntries(filter: ListFilter, params: URLSearchParams) {
  const wanted = readPage(params);
  const list = useQuery(JSON.stringify([filter, wanted]), (signal) =>
    readPageOrFirst(wanted, (pageToken) =>
      whitelist.listWhitelistEntries({ ...toRequest(filter), pageSize: PAGE_SIZE, pageToken }, { signal }),
    ),
  );
  return { ...list, retryAt: useRetryLater(list) };
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
      <Counts
        counts={[
          [texts.total, statistics.totalCount],
          [texts.activeCount, statistics.activeCount],
          [texts.inactiveCount, statistics.inactiveCount],
        ]}
      />
    </section>
  );
}
