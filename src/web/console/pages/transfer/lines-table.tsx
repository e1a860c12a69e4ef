import {
  type ImportLine,
  ImportOutcome,
  type ImportWhitelistEntriesResponse,
} from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { Table } from "../../components/table.js";
import { formatNumber } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";

/** Lines in the table. More are no help, and slow on old machines. */
const MAX_LINES = 200;

export const isRefused = ({ outcome }: ImportLine): boolean => outcome === ImportOutcome.REFUSED;

/** What an import does, or did, with each line of a file. */
export function LinesTable({ report }: { report: ImportWhitelistEntriesResponse }) {
  const { common, transfer: texts } = useTexts();
  if (report.lines.length === 0) return null;
  const ordered = [...report.lines.filter(isRefused), ...report.lines.filter((line) => !isRefused(line))];
  const shown = ordered.slice(0, MAX_LINES);
  const isPart = shown.length < report.totalCount;
  const caption = isPart
    ? texts.someLines(formatNumber(shown.length), formatNumber(report.totalCount))
    : texts.lines;
  return (
    <Table caption={caption} head={[texts.line, common.number, texts.result, texts.reason]}>
      {shown.map(({ line, phone, outcome, message }) => (
        <tr key={line}>
          <th scope="row">{line}</th>
          <td>{phone}</td>
          <td>{texts.outcomes[outcome]}</td>
          <td>{message}</td>
        </tr>
      ))}
    </Table>
  );
}
