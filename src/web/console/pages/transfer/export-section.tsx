import { useState } from "preact/hooks";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { SelectField } from "../../components/field.js";
import { formatBytes } from "../../messages/format.js";
import { useLanguage, useTexts } from "../../messages/language.js";
import { addressOf, useRoute } from "../../state/route.js";
import { describeFilters, type ExportFilters, readFilters } from "./export-filters.js";
import { useExport } from "./use-export.js";

/** Saves the numbers that the list showed as a CSV file. */
export function ExportSection() {
  const texts = useTexts().transfer;
  const language = useLanguage();
  const filters = readFilters(useRoute().params);
  const [chosen, setChosen] = useState<string | null>(null);
  const delimiter = chosen ?? (language === "fr" ? ";" : ",");
  const { receivedBytes, error, start, stop } = useExport();
  const isRunning = receivedBytes !== null;
  return (
    <section>
      <h2>{texts.exportTitle}</h2>
      <Filters filters={filters} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isRunning) void start(filters, delimiter);
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
          {isRunning && <Button onClick={stop}>{texts.stop}</Button>}
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

function Filters({ filters }: { filters: ExportFilters }) {
  const texts = useTexts();
  const described = describeFilters(filters, texts.transfer);
  if (described.length === 0) return <p>{texts.transfer.exportAll}</p>;
  return (
    <>
      <p>{texts.transfer.exportFiltered}</p>
      <dl class="export-filters">
        {described.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a href={addressOf(["whitelist", "transfer"])}>{texts.common.clearFilters}</a>
      </p>
    </>
  );
}
