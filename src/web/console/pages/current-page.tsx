import { useTexts } from "../messages/language.js";
import { useRoute } from "../state/route.js";
import { AccountsPage } from "./accounts/accounts-page.js";
import { OverviewPage } from "./overview/overview-page.js";
import { TransferPage } from "./transfer/transfer-page.js";
import { WhitelistPage } from "./whitelist/whitelist-page.js";

/** The page that the address names. */
export function CurrentPage() {
  const { parts } = useRoute();
  const texts = useTexts().common;
  switch (parts[0]) {
    case undefined:
      return <OverviewPage />;
    case "whitelist":
      return parts[1] === "transfer" ? <TransferPage /> : <WhitelistPage />;
    case "accounts":
      return <AccountsPage />;
    default:
      return <h1>{texts.notFound}</h1>;
  }
}
