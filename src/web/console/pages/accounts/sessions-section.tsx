import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Session } from "#client/gen/waterbill/identity/v1/session_pb.js";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { OnDemand } from "../../components/on-demand.js";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { useTexts } from "../../messages/language.js";
import { accounts } from "../../service/services.js";
import { useKeptFocus } from "../../state/use-kept-focus.js";
import { useQuery } from "../../state/use-query.js";
import { EndSessionsDialog } from "./end-sessions-dialog.js";

interface SessionsProps {
  phone: string;
  /** Another one: they are read again. */
  version: number;
  onDone(): void;
}

export function SessionsSection({ count, ...props }: SessionsProps & { count: number }) {
  const texts = useTexts().accounts;
  return (
    <OnDemand
      title={`${texts.sessions} (${count})`}
      hint={texts.readIsRecorded}
      showLabel={texts.showSessions}
    >
      {() => <Sessions {...props} />}
    </OnDemand>
  );
}

function Sessions({ phone, version, onDone }: SessionsProps) {
  const texts = useTexts();
  const caption = useRef<HTMLTableCaptionElement>(null);
  const [ending, setEnding] = useState<Session | "all" | null>(null);
  const { data, error, isLoading, reload } = useQuery(`${version}`, (signal) =>
    accounts.listAccountSessions({ phone }, { signal }),
  );
  useKeptFocus(caption, data);
  const { sessions } = data ?? { sessions: [] };
  return (
    <>
      <ErrorNote error={error} onRetry={reload} />
      {!data && isLoading && <p role="status">{texts.common.loading}</p>}
      {data && <SessionTable captionRef={caption} isBusy={isLoading} sessions={sessions} onEnd={setEnding} />}
      {sessions.length > 0 && (
        <div class="buttons">
          <Button onClick={() => setEnding("all")}>{texts.accounts.acts.endSessions}</Button>
        </div>
      )}
      {ending && (
        <EndSessionsDialog
          phone={phone}
          session={ending === "all" ? null : ending}
          isOwn={ending === "all" ? sessions.some(({ isCurrent }) => isCurrent) : ending.isCurrent}
          onDone={onDone}
          onClose={() => setEnding(null)}
        />
      )}
    </>
  );
}

interface SessionTableProps {
  captionRef: RefObject<HTMLTableCaptionElement | null>;
  isBusy: boolean;
  sessions: readonly Session[];
  onEnd(session: Session): void;
}

function SessionTable({ sessions, onEnd, ...table }: SessionTableProps) {
  const texts = useTexts();
  const { acts, ...words } = texts.accounts;
  return (
    <Table
      {...table}
      caption={words.openSessions(sessions.length)}
      head={[words.client, words.ip, words.opened, words.lastUsed, texts.common.actions]}
    >
      {sessions.map((session) => {
        const client = session.client || words.words.unknown;
        return (
          <tr key={session.id}>
            <th scope="row">
              {client}
              {session.isCurrent && <strong> ({words.ownSession})</strong>}
            </th>
            <td>{session.address || "–"}</td>
            <td>
              <Time at={session.createdAt} />
            </td>
            <td>
              <Time at={session.lastUsedAt} />
            </td>
            <td>
              <Button aria-label={acts.endSessionOf(client)} onClick={() => onEnd(session)}>
                {acts.endSession}
              </Button>
            </td>
          </tr>
        );
      })}
    </Table>
  );
}
