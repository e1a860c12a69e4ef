import { Button } from "../../components/button.js";
import { useTexts } from "../../messages/language.js";
import { addressOf } from "../../state/route.js";

/** A whole phone number in some spelling. The service has the rules. */
const PHONE = /^\+?[\d\s()./-]{9,}$/;

/** Says that nothing was found, and how to go on if a number was searched for. */
export function EmptyList({ search, onAdd }: { search: string; onAdd(phone: string): void }) {
  const texts = useTexts();
  const phone = search.trim();
  if (!PHONE.test(phone)) return <p>{texts.common.empty}</p>;
  return (
    <>
      <p>{texts.whitelist.emptyHint(phone)}</p>
      <div class="buttons">
        <Button onClick={() => onAdd(phone)}>{texts.whitelist.addThis}</Button>
        <a href={addressOf(["whitelist", phone])}>{texts.common.history}</a>
      </div>
    </>
  );
}
