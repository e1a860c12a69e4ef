import { useEffect, useRef } from "preact/hooks";
import type { WhitelistChange } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { ErrorNote } from "../../components/error-note.js";
import { Pager } from "../../components/pager.js";
import { formatClock, formatTime } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { whitelist } from "../../service/services.js";
import { useListFocus } from "../../state/list-focus.js";
import { readPage, readPageOrFirst } from "../../state/page-params.js";
import { addressOf, useRoute } from "../../state/route.js";
import { useQuery } from "../../state/use-query.js";
import { useRetryLater } from "../../state/use-retry-later.js";
import { BulkPanel } from "./bulk-panel.js";
import { NotesText } from "./notes-text.js";
import { StateWord } from "./state-word.js";

const PAGE_SIZE = 50;

/** What happened to a number, which may no longer be on the list. */
export function HistoryPage({ phone }: { phone: string }) {
  const texts = useTexts();
  const wanted = readPage(useRoute().params);
  const history = useQuery(wanted.token, (signal) =>
    readPageOrFirst(wanted, (pageToken) =>
      whitelist.listWhitelistHistory({ phone, pageSize: PAGE_SIZE, pageToken }, { signal }),
    ),
  );
  const retryAt = useRetryLater(history);
  const heading = useRef<HTMLHeadingElement>(null);
  const caption = useRef<HTMLTableCaptionElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useListFocus(caption, history.data);
  const { page, number = 1, isOther } = history.data ?? {};
  const changes = page?.history ?? [];
  const parts = ["whitelist", phone];
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {texts.whitelist.historyTitle(phone)}
      </h1>
      <p class="row-actions">
        <a href={addressOf(["whitelist"], { search: phone })}>{texts.whitelist.showInList}</a>
        <a href={addressOf(["accounts", phone])}>{texts.whitelist.account}</a>
      </p>
      <BulkPanel onChanged={history.reload} />
      <ErrorNote error={history.error} onRetry={history.reload} />
      {retryAt && <p role="status">{texts.whitelist.retryAt(formatClock(retryAt))}</p>}
      {isOther && (
        <p class="note" role="status">
          {texts.whitelist.otherPage}
        </p>
      )}
      {!page && history.isLoading && <p>{texts.common.loading}</p>}
      {page && changes.length === 0 && <p>{texts.whitelist.neverListed}</p>}
      {changes.length > 0 && (
        <div class="table" aria-busy={history.isLoading}>
          <table class="cards">
            <caption ref={caption} tabIndex={-1}>
              {texts.whitelist.historyCaption}
            </caption>
            <HistoryHead />
            <tbody>
              {changes.map((change, index) => (
                <HistoryRow key={index} change={change} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {page && <Pager parts={parts} params={{}} number={number} nextPageToken={page.nextPageToken} />}
    </>
  );
}

function HistoryHead() {
  const { when, action, who, before, after } = useTexts().whitelist;
  return (
    <thead>
      <tr>
        {[when, action, who, before, after].map((label) => (
          <th key={label} scope="col">
            {label}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function HistoryRow({ change }: { change: WhitelistChange }) {
  const texts = useTexts().whitelist;
  const { action, happenedAt, actorDisplay, actorPhone, importId, before, after } = change;
  return (
    <tr>
      <th scope="row">{formatTime(happenedAt)}</th>
      <td data-label={texts.action}>
        {texts.actions[action]}
        {importId && <span class="quiet"> ({texts.byImport(importId.slice(0, 8))})</span>}
      </td>
      <td data-label={texts.who}>
        {actorPhone ? (
          <>
            {actorDisplay} <span class="quiet">{actorPhone}</span>
          </>
        ) : (
          <span class="quiet">{texts.nobody}</span>
        )}
      </td>
      <td data-label={texts.before}>
        <EntryState state={before} />
      </td>
      <td data-label={texts.after}>
        <EntryState state={after} />
      </td>
    </tr>
  );
}

function EntryState({ state }: { state: WhitelistChange["before"] }) {
  const texts = useTexts().whitelist;
  if (!state) return <span class="quiet">{texts.notListed}</span>;
  return (
    <>
      <StateWord isActive={state.isActive} />
      {state.notes && (
        <div>
          <NotesText notes={state.notes} />
        </div>
      )}
    </>
  );
}
