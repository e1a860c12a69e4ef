import { useRef, useState } from "preact/hooks";
import type {
  AccountChange,
  ListAccountHistoryResponse,
} from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
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

/** What was read behind a first page, and belongs to it alone. */
interface OlderActs {
  first: ListAccountHistoryResponse;
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
  const { data, error, isLoading, reload } = useQuery(`${version}`, (signal) => read(phone, "", signal));
  return (
    <>
      <ErrorNote error={error} onRetry={reload} />
      {!data && isLoading && <p role="status">{texts.common.loading}</p>}
      {data && <Acts phone={phone} first={data} isBusy={isLoading} />}
    </>
  );
}

interface ActsProps {
  phone: string;
  first: ListAccountHistoryResponse;
  isBusy: boolean;
}

function Acts({ phone, first, isBusy }: ActsProps) {
  const { accounts: texts, common } = useTexts();
  const caption = useRef<HTMLTableCaptionElement>(null);
  const [older, setOlder] = useState<OlderActs | null>(null);
  const more = useAction();
  const { changes, nextPageToken } =
    older?.first === first ? older : { changes: [], nextPageToken: first.nextPageToken };
  useKeptFocus(caption, nextPageToken);
  const readMore = async () => {
    const next = await read(phone, nextPageToken);
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
        {[...first.changes, ...changes].map((change) => (
          <HistoryRow key={change.number} change={change} />
        ))}
      </Table>
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

const read = (phone: string, pageToken: string, signal?: AbortSignal) =>
  accounts.listAccountHistory({ phone, pageToken, pageSize: ACTS_PER_PAGE }, signal ? { signal } : {});
