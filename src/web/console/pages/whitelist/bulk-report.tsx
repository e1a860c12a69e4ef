import { type Fact, Facts } from "../../components/facts.js";
import { Table } from "../../components/table.js";
import { useTexts } from "../../messages/language.js";
import type { BulkState } from "./bulk-run.js";

/** What a bulk has done so far, and why it was refused numbers. */
export function BulkReport({ state }: { state: BulkState }) {
  const { common, whitelist: texts } = useTexts();
  const { changed, unchanged, refused, refusedRows, total, processed, hasRepeated } = state;
  return (
    <>
      <Facts
        kind="inline"
        facts={[
          [texts.changed, changed],
          [texts.unchanged, unchanged],
          [common.refused, refused],
          ...(total > processed ? [[texts.left, total - processed] as Fact] : []),
        ]}
      />
      {hasRepeated && <p class="quiet">{texts.repeated}</p>}
      {refusedRows.length > 0 && (
        <Table caption={texts.refusedCaption} head={[common.number, texts.why]}>
          {refusedRows.map(({ phone, message }) => (
            <tr key={phone}>
              <th scope="row">{phone}</th>
              <td>{message}</td>
            </tr>
          ))}
        </Table>
      )}
      {refused > refusedRows.length && <p>{texts.moreRefused(refused - refusedRows.length)}</p>}
    </>
  );
}
