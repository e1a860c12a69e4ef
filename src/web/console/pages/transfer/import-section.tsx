import { useRef } from "preact/hooks";
import type { IdentityError } from "#client/src/error.js";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { formatBytes, formatPercent } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { useKeptFocus } from "../../state/use-kept-focus.js";
import { ApplyForm } from "./apply-form.js";
import { FilePicker } from "./file-picker.js";
import { ImportCounts } from "./import-counts.js";
import { LinesTable } from "./lines-table.js";
import { type Import, useImport } from "./use-import.js";

/** Imports a CSV file: it is chosen, checked, and only then, after its user has seen the result, applied. */
export function ImportSection() {
  const texts = useTexts().transfer;
  const current = useImport();
  const { file, running, report } = current;
  const heading = useRef<HTMLHeadingElement>(null);
  // What had the focus may have gone with the step before.
  useKeptFocus(heading, file, running === null);
  const reportTitle = report?.dryRun ? texts.checkTitle : texts.appliedTitle;
  return (
    <section>
      <h2 ref={heading} tabIndex={-1}>
        {report ? reportTitle : texts.importTitle}
      </h2>
      {file ? (
        <FileSteps {...current} file={file} />
      ) : (
        <>
          <p>{texts.importHint}</p>
          <FilePicker onChoose={current.choose} />
        </>
      )}
    </section>
  );
}

/** What happens with a file that was chosen. */
function FileSteps({
  file,
  running,
  report,
  error,
  applies,
  choose,
  check,
  apply,
  stop,
}: Import & { file: File }) {
  const texts = useTexts().transfer;
  return (
    <>
      <p>{texts.file(file.name, formatBytes(file.size))}</p>
      {running && <Progress size={file.size} {...running} onStop={stop} />}
      {/* An import is repeated with the form below. */}
      <ErrorNote error={error} {...(!applies && { onRetry: check })} />
      {applies && error && isInterruption(error) && (
        <p class="note">{applies === "lines" ? texts.brokenOff : texts.mayBeApplied}</p>
      )}
      {report && !applies && <p>{texts.checkedOnly}</p>}
      {report && <ImportCounts file={file} report={report} />}
      {report?.dryRun && <ApplyForm report={report} isBusy={running !== null} onApply={apply} />}
      {!running && (
        <div class="buttons">
          <Button onClick={() => choose(null)}>{texts.anotherFile}</Button>
        </div>
      )}
      {report && <LinesTable report={report} />}
    </>
  );
}

/** The service may have begun by then. */
const isInterruption = ({ isTransient, reason }: IdentityError) => isTransient || reason === "CANCELED";

interface ProgressProps extends NonNullable<Import["running"]> {
  size: number;
  onStop(): void;
}

function Progress({ isCheck, sentBytes, size, onStop }: ProgressProps) {
  const { common, transfer: texts } = useTexts();
  const isSent = sentBytes >= size;
  return (
    <div class="note">
      <p role="status">{isCheck ? texts.checking : texts.applying}</p>
      <progress aria-label={texts.importTitle} max={size} value={isSent ? undefined : sentBytes} />
      <p>{isSent ? texts.processing : texts.sent(formatPercent(sentBytes / size))}</p>
      <Button onClick={onStop}>{common.stop}</Button>
    </div>
  );
}
