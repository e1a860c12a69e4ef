import { useTexts } from "../../messages/language.js";
import { addressOf, useRoute } from "../../state/route.js";
import { ExportSection } from "./export-section.js";
import { ImportSection } from "./import-section.js";

/** The import and the export of the whitelist. The parameters of the address are those of the list. */
export function TransferPage() {
  const texts = useTexts().transfer;
  const { params } = useRoute();
  return (
    <div class="transfer">
      <h1>{texts.title}</h1>
      <p>
        <a href={addressOf(["whitelist"], Object.fromEntries(params))}>{texts.backToList}</a>
      </p>
      <ImportSection />
      <ExportSection />
    </div>
  );
}
