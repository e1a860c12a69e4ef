import { useState } from "preact/hooks";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { Facts } from "../../components/facts.js";
import { SelectField } from "../../components/field.js";
import { formatBytes } from "../../messages/format.js";
import { useLanguage, useTexts } from "../../messages/language.js";
import { addressOf, useRoute } from "../../state/route.js";
import { type ListFilter, readFilter } from "../whitelist/list-filter.js";
import { describeFilter } from "./describe-filter.js";
import { useExport } from "./use-export.js";

/** Saves the numbers that the list showed as a CSV file. */
export function ExportSection() {
  const { common, transfer: texts } = useTexts();
  const language = useLanguage();
  const filter = readFilter(useRoute().params);
  const [chosen, setChosen] = useState<string | null>(null);
  const delimiter = chosen ?? (language === "fr" ? ";" : ",");
  const { receivedBytes, error, start, stop } = useExport();
  const isRunning = receivedBytes !== null;
  return (
    <section>
      <h2>{texts.exportTitle}</h2>
      <Filters filter={filter} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isRunning) void start(filter, delimiter);
        }}
      >
        <SelectField
          label={texts.delimiter}
          hint={texts.delimiterHint}
          value={delimiter}
          onChange={setChosen}
          options={[
            { value: ";", label: texts.semicolon },
            { value: ",", label: texts.comma },
          ]}
        />
        <ErrorNote error={error} />
        <div class="buttons">
          <Button type="submit" kind="primary" isBusy={isRunning}>
            {texts.download}
          </Button>
          {isRunning && <Button onClick={stop}>{common.stop}</Button>}
        </div>
        {isRunning && (
          <div class="note">
            <p role="status">{texts.exporting}</p>
            <progress aria-label={texts.exportTitle} />
            <p>{texts.received(formatBytes(receivedBytes))}</p>
          </div>
        )}
      </form>
    </section>
  );
}

function Filters({ filter }: { filter: ListFilter }) {
  const texts = useTexts();
  const described = describeFilter(filter, texts);
  if (described.length === 0) return <p>{texts.transfer.exportAll}</p>;
  return (
    <>
      <p>{texts.transfer.exportFiltered}</p>
      <Facts kind="inline" facts={described} />
      <p>
        <a href={addressOf(["whitelist", "transfer"])}>{texts.common.clearFilters}</a>
      </p>
    </>
  );
}
