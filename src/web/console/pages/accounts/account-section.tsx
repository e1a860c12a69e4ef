import { type Account, AccountState } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { Facts } from "../../components/facts.js";
import { formatTime } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { roleOf } from "./account-role.js";

export function AccountSection({ account }: { account: Account | undefined }) {
  const texts = useTexts().accounts;
  return (
    <section>
      <h2>{texts.account}</h2>
      {account ? <AccountFacts account={account} /> : <p>{texts.noAccount}</p>}
    </section>
  );
}

function AccountFacts({ account }: { account: Account }) {
  const texts = useTexts().accounts;
  return (
    <>
      <p>
        <strong>{texts.words.states[account.state]}</strong> <StateText account={account} />
      </p>
      <Facts
        facts={[
          [texts.firstName, account.firstName],
          [texts.lastName, account.lastName],
          [texts.email, account.email],
          [texts.address, account.address],
          [texts.apartment, account.apartmentName],
          [texts.role, texts.words.roles[roleOf(account)]],
          [texts.joined, formatTime(account.dateJoined)],
          [texts.lastSignIn, formatTime(account.lastLogin)],
        ]}
      />
    </>
  );
}

function StateText({ account: { state, deletionAt } }: { account: Account }) {
  const texts = useTexts().accounts;
  switch (state) {
    case AccountState.ACTIVE:
      return <>{texts.isActive}</>;
    case AccountState.DEACTIVATED:
      return <>{texts.isDeactivated}</>;
    case AccountState.LEAVING:
      return <>{texts.isLeaving(formatTime(deletionAt))}</>;
    default:
      return null;
  }
}
