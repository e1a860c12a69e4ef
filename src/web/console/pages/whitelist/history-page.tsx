import { useRef } from "preact/hooks";
import type { WhitelistChange } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { ListNotes } from "../../components/list-notes.js";
import { Pager } from "../../components/pager.js";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { useTexts } from "../../messages/language.js";
import { whitelist } from "../../service/services.js";
import { addressOf, useRoute } from "../../state/route.js";
import { useKeptFocus, useTurnedPage } from "../../state/use-kept-focus.js";
import { useList } from "../../state/use-list.js";
import { BulkPanel } from "./bulk-panel.js";
import { NotesText } from "./notes-text.js";
import { Person } from "./person.js";
import { StateWord } from "./state-word.js";

const PAGE_SIZE = 50;

/** What happened to a number, which may no longer be on the list. */
export function HistoryPage({ phone }: { phone: string }) {
  const { common, whitelist: texts } = useTexts();
  const list = useList(phone, useRoute().params, (pageToken, signal) =>
    whitelist.listWhitelistHistory({ phone, pageSize: PAGE_SIZE, pageToken }, { signal }),
  );
  const caption = useRef<HTMLTableCaptionElement>(null);
  useKeptFocus(caption, list.data);
  useTurnedPage(caption, list.data?.number);
  const { page, number = 1 } = list.data ?? {};
  const changes = page?.history ?? [];
  return (
    <>
      <h1>{texts.historyTitle(phone)}</h1>
      <p class="row-actions">
        <a href={addressOf(["whitelist"], { search: phone })}>{texts.showInList}</a>
        <a href={addressOf(["accounts", phone])}>{common.account}</a>
      </p>
      <BulkPanel onChanged={list.reload} />
      <ListNotes list={list} />
      {page && changes.length === 0 && <p>{texts.neverListed}</p>}
      {changes.length > 0 && (
        <Table
          caption={texts.historyCaption}
          captionRef={caption}
          kind="cards"
          isBusy={list.isLoading}
          head={[common.date, texts.action, common.by, texts.before, texts.after]}
        >
          {changes.map((change, index) => (
            <HistoryRow key={index} change={change} />
          ))}
        </Table>
      )}
      {page && (
        <Pager parts={["whitelist", phone]} params={{}} number={number} nextPageToken={page.nextPageToken} />
      )}
    </>
  );
}

function HistoryRow({ change }: { change: WhitelistChange }) {
  const { common, whitelist: texts } = useTexts();
  const { action, happenedAt, actorDisplay, actorPhone, importId, before, after } = change;
  return (
    <tr>
      <th scope="row">
        <Time at={happenedAt} />
      </th>
      <td data-label={texts.action}>
        {texts.actions[action]}
        {importId && <span class="quiet"> ({texts.byImport(importId.slice(0, 8))})</span>}
      </td>
      <td data-label={common.by}>
        <Person name={actorDisplay} phone={actorPhone} />
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
