import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { Account, ListAccountsResponse } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { Facts } from "../../components/facts.js";
import { ListNotes } from "../../components/list-notes.js";
import { Pager } from "../../components/pager.js";
import { SortHeader } from "../../components/sort-header.js";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { useTexts } from "../../messages/language.js";
import { accounts as service } from "../../service/services.js";
import { addressOf, useRoute } from "../../state/route.js";
import { useFilterDraft } from "../../state/use-filter-draft.js";
import { useKeptFocus, useTurnedPage } from "../../state/use-kept-focus.js";
import { useList } from "../../state/use-list.js";
import { AccountFilterForm } from "./account-filter-form.js";
import { orderOf, phoneIn, readFilters, sortOf, toRequest } from "./account-filters.js";
import { roleOf } from "./account-role.js";

const PARTS = ["accounts"];

/** The list of accounts. Filters, order and page are in the address. */
export function AccountList() {
  const texts = useTexts();
  const { params } = useRoute();
  const filters = readFilters(params);
  const draft = useFilterDraft(PARTS, filters);
  const list = useList(JSON.stringify(filters), params, (pageToken, signal) =>
    service.listAccounts(toRequest(filters, pageToken), { signal }),
  );
  const caption = useRef<HTMLTableCaptionElement>(null);
  useKeptFocus(caption, list.data);
  useTurnedPage(caption, list.data?.number);
  const { page, number = 1 } = list.data ?? {};
  return (
    <>
      <h1>{texts.common.accounts}</h1>
      <AccountFilterForm draft={draft} />
      <ListNotes list={list} />
      {page && (
        <>
          <Statistics response={page} />
          <Rows
            response={page}
            search={filters.search}
            isBusy={list.isLoading}
            captionRef={caption}
            order={orderOf(filters)}
            addressOfOrder={(order) => addressOf(PARTS, { ...draft.filter, sort: sortOf(order) })}
          />
          <Pager parts={PARTS} params={filters} number={number} nextPageToken={page.nextPageToken} />
        </>
      )}
    </>
  );
}

function Statistics({ response: { statistics } }: { response: ListAccountsResponse }) {
  const { accounts: texts, common } = useTexts();
  if (!statistics) return null;
  const { totalCount, activeCount, deactivatedCount, leavingCount, pendingCount } = statistics;
  return (
    <Facts
      kind="inline"
      facts={[
        [common.accounts, totalCount],
        [texts.active, activeCount],
        [texts.deactivated, deactivatedCount],
        [texts.leaving, leavingCount],
        [texts.pending, pendingCount],
      ]}
    />
  );
}

interface RowsProps {
  response: ListAccountsResponse;
  search: string;
  isBusy: boolean;
  captionRef: RefObject<HTMLTableCaptionElement | null>;
  order: string;
  addressOfOrder(order: string): string;
}

function Rows({ response: { accounts }, search, isBusy, captionRef, ...sort }: RowsProps) {
  const { accounts: texts, common } = useTexts();
  if (accounts.length === 0) return <NoAccount search={search} />;
  return (
    <Table
      caption={texts.list}
      captionRef={captionRef}
      kind="cards"
      isBusy={isBusy}
      head={[
        <SortHeader key="phone" label={common.number} column="phone" {...sort} />,
        texts.name,
        common.state,
        texts.words.fields.role,
        <SortHeader key="joined" label={texts.joined} column="date_joined" {...sort} />,
        texts.lastSignIn,
      ]}
    >
      {accounts.map((account) => (
        <Row key={account.id} account={account} />
      ))}
    </Table>
  );
}

function Row({ account }: { account: Account }) {
  const { accounts: texts, common } = useTexts();
  const { words } = texts;
  return (
    <tr>
      <th scope="row">
        <a href={addressOf(["accounts", account.phone])}>{account.phone}</a>
      </th>
      <td data-label={texts.name}>{account.fullName}</td>
      <td data-label={common.state}>{words.states[account.state]}</td>
      <td data-label={words.fields.role}>{words.roles[roleOf(account)]}</td>
      <td data-label={texts.joined}>
        <Time at={account.dateJoined} />
      </td>
      <td data-label={texts.lastSignIn}>
        <Time at={account.lastLogin} />
      </td>
    </tr>
  );
}

/** Of a number without an account, more may be known than that it has none. */
function NoAccount({ search }: { search: string }) {
  const texts = useTexts();
  const phone = phoneIn(search);
  if (!phone) return <p role="status">{texts.common.empty}</p>;
  return (
    <p role="status">
      {texts.accounts.noAccountFound}{" "}
      <a href={addressOf(["accounts", phone])}>{texts.accounts.showNumber(phone)}</a>
    </p>
  );
}
