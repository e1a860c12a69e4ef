import { useEffect, useRef } from "preact/hooks";
import { announce } from "../../components/announcer.js";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { formatClock } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { keepFocus } from "../../state/focus.js";
import { useStore } from "../../state/use-store.js";
import { BulkReport } from "./bulk-report.js";
import type { BulkState } from "./bulk-run.js";
import { type Bulk, closeBulk, currentBulk } from "./current-bulk.js";

/** How far the current bulk is, and its report at the end; nothing if there is none. */
export function BulkPanel({ onChanged }: { onChanged(): void }) {
  const bulk = useStore(currentBulk);
  return bulk && <Panel bulk={bulk} onChanged={onChanged} />;
}

function Panel({ bulk: { kind, run }, onChanged }: { bulk: Bulk; onChanged(): void }) {
  const { common, whitelist: texts } = useTexts();
  const state = useStore(run.state);
  const { phase, total, processed } = state;
  const heading = useRef<HTMLHeadingElement>(null);
  const hasEnded = phase === "paused" || phase === "done";
  const title = texts.bulkHeading(texts.bulk[kind].title, total);
  useEffect(() => {
    keepFocus(heading.current);
    if (!hasEnded) return;
    if (phase === "done") announce(`${title}. ${texts.done}`);
    onChanged();
  }, [hasEnded]);
  return (
    <section class="note bulk">
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      <progress max={total} value={processed} aria-label={title} />
      <p role="status">
        {texts.progress(processed, total)}. <Phase state={state} />
      </p>
      <ErrorNote error={state.error} />
      {hasEnded && <BulkReport state={state} />}
      <div class="buttons">
        {phase === "paused" && (
          <Button kind="primary" onClick={() => run.resume()}>
            {texts.goOn}
          </Button>
        )}
        {(phase === "running" || phase === "waiting") && (
          <Button onClick={() => run.stop()}>{common.stop}</Button>
        )}
        {hasEnded && <Button onClick={closeBulk}>{texts.closeReport}</Button>}
      </div>
    </section>
  );
}

function Phase({ state: { phase, resumesAt } }: { state: BulkState }) {
  const texts = useTexts().whitelist;
  return <>{resumesAt ? texts.waitsUntil(formatClock(resumesAt)) : texts[phase as "running"]}</>;
}
