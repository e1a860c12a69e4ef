import { type Account, AccountState } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { Facts } from "../../components/facts.js";
import { formatTime } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { roleOf } from "./account-role.js";

export function AccountSection({ account }: { account: Account | undefined }) {
  const { accounts: texts, common } = useTexts();
  return (
    <section>
      <h2>{common.account}</h2>
      {account ? <AccountFacts account={account} /> : <p>{texts.noAccount}</p>}
    </section>
  );
}

function AccountFacts({ account }: { account: Account }) {
  const texts = useTexts().accounts;
  const names = texts.words.fields;
  return (
    <>
      <p>
        <strong>{texts.words.states[account.state]}</strong> <StateText account={account} />
      </p>
      <Facts
        facts={[
          [names.first_name, account.firstName],
          [names.last_name, account.lastName],
          [names.email, account.email],
          [names.address, account.address],
          [names.apartment_name, account.apartmentName],
          [names.role, texts.words.roles[roleOf(account)]],
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
