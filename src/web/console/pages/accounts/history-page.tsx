import { useTexts } from "../../messages/language.js";
import { HistorySection } from "./history-section.js";

/** What is left of an account that was erased: its id, and its history. */
export function HistoryPage({ id }: { id: string }) {
  return (
    <>
      <h1>{useTexts().accounts.accountTitle(id)}</h1>
      <HistorySection phone={id} version={0} />
    </>
  );
}
