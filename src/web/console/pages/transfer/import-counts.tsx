import type {
  ImportLine,
  ImportWhitelistEntriesResponse,
} from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { announce } from "../../components/announcer.js";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { type Fact, Facts } from "../../components/facts.js";
import { formatNumber } from "../../messages/format.js";
import { currentTexts, useTexts } from "../../messages/language.js";
import { saveFile } from "../../service/save-file.js";
import { nameOfDay } from "../../state/days.js";
import { useAction } from "../../state/use-action.js";
import { readFileText } from "./file-text.js";
import { isRefused } from "./lines-table.js";
import { refusedLines } from "./refused-lines.js";

interface ImportCountsProps {
  file: File;
  report: ImportWhitelistEntriesResponse;
}

/** How many lines an import takes, or took, and a file of those that it refuses. */
export function ImportCounts({ file, report }: ImportCountsProps) {
  const { common, transfer: texts } = useTexts();
  return (
    <>
      <Facts
        kind="inline"
        facts={[
          [texts.total, report.totalCount],
          [texts.added, report.addedCount],
          [texts.reactivated, report.reactivatedCount],
          [texts.unchanged, report.unchangedCount],
          [common.refused, report.refusedCount],
          ...(report.notAppliedCount > 0 ? [[texts.notApplied, report.notAppliedCount] as Fact] : []),
        ]}
      />
      {report.refusedCount > 0 && <RefusedDownload file={file} report={report} />}
    </>
  );
}

function RefusedDownload({ file, report }: ImportCountsProps) {
  const texts = useTexts().transfer;
  const action = useAction();
  const refused = report.lines.filter(isRefused);
  return (
    <>
      <Button
        isBusy={action.isRunning}
        onClick={() =>
          action.run(async () => {
            const text = await refusedFile(file, report, refused);
            const name = `${texts.refusedFile}-${nameOfDay(new Date())}.csv`;
            saveFile(new Blob([text], { type: "text/csv" }), name);
            announce(texts.refusedSaved(name));
          })
        }
      >
        {texts.downloadRefused}
      </Button>
      <p class="quiet">
        {texts.refusedHint}{" "}
        {refused.length < report.refusedCount &&
          texts.someRefused(formatNumber(refused.length), formatNumber(report.refusedCount))}
      </p>
      <ErrorNote error={action.error} />
    </>
  );
}

async function refusedFile(
  file: File,
  report: ImportWhitelistEntriesResponse,
  refused: readonly ImportLine[],
): Promise<string> {
  const { line, reason } = currentTexts().transfer;
  const content = (texts: AsyncIterable<string>) =>
    refusedLines({
      texts,
      lineCount: report.totalCount,
      refusals: refused.map(({ line, phone, message = "" }) => ({ line, phone, message })),
      names: { line, reason },
    });
  // A file that has changed since can't be read. The report is enough then.
  return content(readFileText(file)).catch(() => content(nothing()));
}

async function* nothing(): AsyncGenerator<string> {}
