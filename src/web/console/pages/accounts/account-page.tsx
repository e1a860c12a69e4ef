import type { IdentityError } from "#client/src/error.js";
import { ErrorNote } from "../../components/error-note.js";
import { useTexts } from "../../messages/language.js";
import { accounts } from "../../service/services.js";
import { addressOf } from "../../state/route.js";
import { useQuery } from "../../state/use-query.js";
import { useVersions } from "../../state/use-versions.js";
import { AccountActs, type AccountPart } from "./account-acts.js";
import { AccountSection } from "./account-section.js";
import { HistorySection } from "./history-section.js";
import { SessionsSection } from "./sessions-section.js";
import { SmsSection } from "./sms-section.js";
import { WhitelistSection } from "./whitelist-section.js";

/** What is known of a phone number, with or without an account. */
export function AccountPage({ phone: typed }: { phone: string }) {
  const texts = useTexts();
  const versions = useVersions<AccountPart>();
  const { data, error, isLoading, reload } = useQuery(`${versions.of("account")}`, (signal) =>
    accounts.getAccount({ phone: typed }, { signal }),
  );
  const account = data?.account;
  const phone = account?.phone ?? data?.whitelistItem?.phone ?? typed;
  return (
    <>
      <h1>{account ? `${phone} – ${account.fullName}` : phone}</h1>
      <Refusal error={error} phone={phone} onRetry={reload} />
      {!data && isLoading && <p role="status">{texts.common.loading}</p>}
      {data && (
        <div aria-busy={isLoading}>
          <AccountActs account={account} phone={phone} onDone={versions.renew} />
          <div class="columns">
            <AccountSection account={account} />
            <WhitelistSection entry={data.whitelistItem} phone={phone} />
          </div>
          <SmsSection known={data} />
          {account && (
            <>
              <SessionsSection
                phone={phone}
                count={data.openSessionCount}
                version={versions.of("sessions")}
                onDone={() => versions.renew(["account", "sessions", "history"])}
              />
              <HistorySection phone={phone} version={versions.of("history")} />
            </>
          )}
        </div>
      )}
    </>
  );
}

interface RefusalProps {
  error: IdentityError | null;
  phone: string;
  onRetry(): void;
}

/** Why there is nothing to see, where that says something about the number. */
function Refusal({ error, phone, onRetry }: RefusalProps) {
  const texts = useTexts().accounts;
  switch (error?.reason) {
    case "SUPERUSER_REQUIRED":
      return <p class="note">{texts.superuserOnly}</p>;
    case "ACCOUNT_NOT_FOUND":
      return (
        <div class="note">
          <p>{texts.unknownNumber}</p>
          <a href={addressOf(["whitelist"], { search: phone })}>{texts.whitelistSearch}</a>
        </div>
      );
    default:
      return <ErrorNote error={error} onRetry={onRetry} />;
  }
}
