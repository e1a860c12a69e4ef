import type { Session } from "#client/gen/waterbill/identity/v1/session_pb.js";
import { announce } from "../../components/announcer.js";
import { ConfirmDialog } from "../../components/confirm-dialog.js";
import { formatTime } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { accounts } from "../../service/services.js";

interface EndSessionsDialogProps {
  phone: string;
  /** Null: all sessions. */
  session: Session | null;
  /** Whether the session of this console is one of them. */
  isOwn: boolean;
  onDone(): void;
  onClose(): void;
}

export function EndSessionsDialog({ phone, session, isOwn, onDone, onClose }: EndSessionsDialogProps) {
  const { acts, words } = useTexts().accounts;
  return (
    <ConfirmDialog
      title={session ? acts.endSessionTitle : acts.endSessionsTitle(phone)}
      confirmLabel={session ? acts.endSessionConfirm : acts.endSessions}
      reason="required"
      onConfirm={async (reason) => {
        const which = session ? { sessionId: session.id } : {};
        const { revokedCount } = await accounts.revokeAccountSessions({ phone, reason, ...which });
        announce(acts.sessionsEnded(revokedCount));
        onDone();
      }}
      onClose={onClose}
    >
      {session && (
        <p>
          {session.client || words.unknown}, {session.address || "–"}, {formatTime(session.lastUsedAt)}
        </p>
      )}
      <p>{session ? acts.endSessionText : acts.endSessionsText}</p>
      {isOwn && <p class="note">{acts.ownAccount}</p>}
    </ConfirmDialog>
  );
}
