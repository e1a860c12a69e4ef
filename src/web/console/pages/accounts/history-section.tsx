import { useRef, useState } from "preact/hooks";
import type {
  AccountChange,
  ListAccountHistoryResponse,
} from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { CheckField } from "../../components/field.js";
import { OnDemand } from "../../components/on-demand.js";
import { Table } from "../../components/table.js";
import { useTexts } from "../../messages/language.js";
import { accounts } from "../../service/services.js";
import { useAction } from "../../state/use-action.js";
import { useKeptFocus } from "../../state/use-kept-focus.js";
import { useQuery } from "../../state/use-query.js";
import { HistoryRow } from "./history-row.js";

const ACTS_PER_PAGE = 50;

interface HistoryProps {
  /** A phone number, or the id of an account that may be gone. */
  phone: string;
  /** Another one: the history is read again. */
  version: number;
}

/** A first page, and whether the reads of administrators are left out of it and of the pages behind it. */
interface FirstActs {
  response: ListAccountHistoryResponse;
  omitViews: boolean;
}

/** What was read behind a first page, and belongs to it alone. */
interface OlderActs {
  first: FirstActs;
  changes: readonly AccountChange[];
  nextPageToken: string;
}

export function HistorySection(props: HistoryProps) {
  const { accounts: texts, common } = useTexts();
  return (
    <OnDemand title={common.history} hint={texts.readIsRecorded} showLabel={texts.showHistory}>
      {() => <History {...props} />}
    </OnDemand>
  );
}

function History({ phone, version }: HistoryProps) {
  const texts = useTexts();
  const [omitViews, setOmitViews] = useState(true);
  const { data, error, isLoading, reload } = useQuery(
    `${version} ${omitViews}`,
    async (signal): Promise<FirstActs> => ({
      response: await accounts.listAccountHistory({ phone, omitViews, pageSize: ACTS_PER_PAGE }, { signal }),
      omitViews,
    }),
  );
  return (
    <>
      <CheckField
        label={texts.accounts.showViews}
        isChecked={!omitViews}
        onChange={(isChecked) => setOmitViews(!isChecked)}
      />
      <ErrorNote error={error} onRetry={reload} />
      {!data && isLoading && <p role="status">{texts.common.loading}</p>}
      {data && <Acts phone={phone} first={data} isBusy={isLoading} />}
    </>
  );
}

interface ActsProps {
  phone: string;
  first: FirstActs;
  isBusy: boolean;
}

function Acts({ phone, first, isBusy }: ActsProps) {
  const { accounts: texts, common } = useTexts();
  const caption = useRef<HTMLTableCaptionElement>(null);
  const [older, setOlder] = useState<OlderActs | null>(null);
  const more = useAction();
  const { changes, nextPageToken } =
    older?.first === first ? older : { changes: [], nextPageToken: first.response.nextPageToken };
  const shown = [...first.response.changes, ...changes];
  useKeptFocus(caption, nextPageToken);
  const readMore = async () => {
    const next = await accounts.listAccountHistory({
      phone,
      omitViews: first.omitViews,
      pageToken: nextPageToken,
      pageSize: ACTS_PER_PAGE,
    });
    setOlder({ first, changes: [...changes, ...next.changes], nextPageToken: next.nextPageToken });
  };
  return (
    <>
      <Table
        caption={common.history}
        captionRef={caption}
        isBusy={isBusy}
        head={[common.date, texts.act, common.by, texts.details]}
      >
        {shown.map((change) => (
          <HistoryRow key={change.number} change={change} />
        ))}
      </Table>
      {shown.length === 0 && <p>{common.empty}</p>}
      <ErrorNote error={more.error} />
      {nextPageToken && (
        <div class="buttons">
          <Button isBusy={more.isRunning} onClick={() => more.run(readMore)}>
            {texts.more}
          </Button>
        </div>
      )}
    </>
  );
}
