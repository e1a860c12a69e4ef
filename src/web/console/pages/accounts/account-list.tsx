import { useEffect, useRef } from "preact/hooks";
import type { Account, ListAccountsResponse } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { ErrorNote } from "../../components/error-note.js";
import { Facts } from "../../components/facts.js";
import { Pager } from "../../components/pager.js";
import { SortHeader } from "../../components/sort-header.js";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { formatNumber } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { accounts as service } from "../../service/services.js";
import { addressOf, show, useRoute } from "../../state/route.js";
import { useKeptFocus } from "../../state/use-kept-focus.js";
import { useQuery } from "../../state/use-query.js";
import { AccountFilterForm } from "./account-filter-form.js";
import { type AccountFilters, orderOf, phoneIn, readFilters, sortOf, toRequest } from "./account-filters.js";
import { roleOf } from "./account-role.js";

/** The list of accounts. Filters, order and page are in the address. */
export function AccountList() {
  const texts = useTexts();
  const { params } = useRoute();
  const filters = readFilters(params);
  const token = params.get("page") ?? "";
  const { data, error, isLoading, reload } = useQuery(JSON.stringify([filters, token]), (signal) =>
    service.listAccounts(toRequest(filters, token), { signal }),
  );
  useEffect(() => {
    // The address has the token of a list with other filters, or of an older version.
    if (error?.fields.pageToken) show(addressOf(["accounts"], filters), { replace: true });
  }, [error]);
  return (
    <>
      <h1>{texts.accounts.title}</h1>
      <AccountFilterForm filters={filters} />
      <ErrorNote error={error} onRetry={reload} />
      {!data && isLoading && <p role="status">{texts.common.loading}</p>}
      {data && (
        <>
          <Statistics response={data} />
          <Rows response={data} filters={filters} isBusy={isLoading} />
          <Pager
            parts={["accounts"]}
            params={filters}
            number={token ? Number(params.get("number")) || 2 : 1}
            nextPageToken={data.nextPageToken}
          />
        </>
      )}
    </>
  );
}

function Statistics({ response: { statistics } }: { response: ListAccountsResponse }) {
  const texts = useTexts().accounts;
  if (!statistics) return null;
  const { totalCount, activeCount, deactivatedCount, leavingCount, pendingCount } = statistics;
  return (
    <Facts
      kind="inline"
      facts={[
        [texts.total, formatNumber(totalCount)],
        [texts.active, formatNumber(activeCount)],
        [texts.deactivated, formatNumber(deactivatedCount)],
        [texts.leaving, formatNumber(leavingCount)],
        [texts.pending, formatNumber(pendingCount)],
      ]}
    />
  );
}

interface RowsProps {
  response: ListAccountsResponse;
  filters: AccountFilters;
  isBusy: boolean;
}

function Rows({ response: { accounts }, filters, isBusy }: RowsProps) {
  const texts = useTexts().accounts;
  const caption = useRef<HTMLTableCaptionElement>(null);
  useKeptFocus(caption, accounts);
  useEffect(() => {
    // After another page the reading goes on at its beginning.
    if (document.activeElement?.closest(".pager")) caption.current?.focus();
  }, [accounts]);
  const sort = {
    order: orderOf(filters),
    addressOfOrder: (order: string) => addressOf(["accounts"], { ...filters, sort: sortOf(order) }),
  };
  if (accounts.length === 0) return <NoAccount search={filters.search} />;
  return (
    <Table
      caption={texts.list}
      captionRef={caption}
      isBusy={isBusy}
      head={[
        <SortHeader key="phone" label={texts.phone} column="phone" {...sort} />,
        texts.name,
        texts.state,
        texts.role,
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
  const { words } = useTexts().accounts;
  return (
    <tr>
      <th scope="row">
        <a href={addressOf(["accounts", account.phone])}>{account.phone}</a>
      </th>
      <td>{account.fullName}</td>
      <td>{words.states[account.state]}</td>
      <td>{words.roles[roleOf(account)]}</td>
      <td>
        <Time at={account.dateJoined} />
      </td>
      <td>
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
