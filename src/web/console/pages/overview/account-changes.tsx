import {
  type AccountActor,
  AccountActorKind,
  type RecentAccountChange,
} from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import type { Catalogue } from "../../messages/fr/catalogue.js";
import { useTexts } from "../../messages/language.js";
import { addressOf } from "../../state/route.js";
import { ChangeTable } from "./change-table.js";

/** The latest changes that administrators and the command line made to accounts. */
export function AccountChanges({ changes }: { changes: readonly RecentAccountChange[] }) {
  const texts = useTexts();
  const { common, overview } = texts;
  const rows = changes.map((row) => ({
    key: `${row.accountId} ${row.change?.number}`,
    at: row.change?.at,
    what: texts.accounts.words.actions[row.change?.action ?? 0],
    subject: <Subject change={row} />,
    who: nameOfActor(texts, row.change?.actor),
  }));
  return <ChangeTable title={overview.accountChanges} subjectTitle={common.account} rows={rows} />;
}

function Subject({ change }: { change: RecentAccountChange }) {
  const texts = useTexts().overview;
  const { accountId, accountPhone, accountDisplayName } = change;
  if (!accountPhone) return <>{texts.goneAccount(accountId)}</>;
  return (
    <>
      <a href={addressOf(["accounts", accountPhone])}>{accountDisplayName || accountPhone}</a>
      {accountDisplayName && <span class="under">{accountPhone}</span>}
    </>
  );
}

/** Administrators by name; who is none by kind. */
function nameOfActor({ overview, accounts }: Catalogue, actor: AccountActor | undefined): string {
  const { kind, displayName, phone } = actor ?? {};
  if (displayName || phone) return displayName || phone!;
  const isNamed = kind === undefined || kind === AccountActorKind.ADMINISTRATOR;
  return isNamed ? overview.unknownActor : accounts.words.actors[kind];
}
