import { formatNumber } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import type { BulkState } from "./bulk-run.js";

/** What a bulk has done so far, and why it was refused numbers. */
export function BulkReport({ state }: { state: BulkState }) {
  const texts = useTexts().whitelist;
  const { changed, unchanged, refused, refusedRows, total, processed, hasRepeated } = state;
  const left = total - processed;
  const counts: [string, number][] = [
    [texts.changed, changed],
    [texts.unchanged, unchanged],
    [texts.refused, refused],
    ...(left > 0 ? [[texts.left, left] as [string, number]] : []),
  ];
  return (
    <>
      <Counts counts={counts} />
      {hasRepeated && <p class="quiet">{texts.repeated}</p>}
      {refusedRows.length > 0 && (
        <div class="table">
          <table>
            <caption>{texts.refusedCaption}</caption>
            <thead>
              <tr>
                <th scope="col">{texts.phone}</th>
                <th scope="col">{texts.why}</th>
              </tr>
            </thead>
            <tbody>
              {refusedRows.map(({ phone, message }) => (
                <tr key={phone}>
                  <th scope="row">{phone}</th>
                  <td>{message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {refused > refusedRows.length && <p>{texts.moreRefused(refused - refusedRows.length)}</p>}
    </>
  );
}

/** Numbers with their names. */
export function Counts({ counts }: { counts: readonly (readonly [string, number])[] }) {
  return (
    <dl class="counts">
      {counts.map(([label, count]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{formatNumber(count)}</dd>
        </div>
      ))}
    </dl>
  );
}
