import { useRoute } from "../../state/route.js";
import { AccountList } from "./account-list.js";
import { AccountPage } from "./account-page.js";
import { HistoryPage } from "./history-page.js";

/** Ids have at most 8 digits, phone numbers at least 9. */
const ID = /^\d{1,8}$/;

export function AccountsPage() {
  const [, phone] = useRoute().parts;
  if (!phone) return <AccountList />;
  return ID.test(phone) ? <HistoryPage key={phone} id={phone} /> : <AccountPage key={phone} phone={phone} />;
}
