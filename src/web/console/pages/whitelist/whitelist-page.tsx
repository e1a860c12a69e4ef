import { useRoute } from "../../state/route.js";
import { EntriesPage } from "./entries-page.js";
import { HistoryPage } from "./history-page.js";

/** The list, or the history of the number that the address names. */
export function WhitelistPage() {
  const [, phone] = useRoute().parts;
  return phone === undefined ? <EntriesPage /> : <HistoryPage key={phone} phone={phone} />;
}
