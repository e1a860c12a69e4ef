import {
  type ImportLine,
  ImportOutcome,
  type ImportWhitelistEntriesResponse,
} from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { TableFrame } from "../../components/table-frame.js";
import { formatNumber } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";

/** Lines in the table. More are no help, and slow on old machines. */
const MAX_LINES = 200;

export const isRefused = ({ outcome }: ImportLine): boolean => outcome === ImportOutcome.REFUSED;

/** What an import does, or did, with each line of a file. */
export function LinesTable({ report }: { report: ImportWhitelistEntriesResponse }) {
  const texts = useTexts().transfer;
  if (report.lines.length === 0) return null;
  const ordered = [...report.lines.filter(isRefused), ...report.lines.filter((line) => !isRefused(line))];
  const shown = ordered.slice(0, MAX_LINES);
  const isPart = shown.length < report.totalCount;
  const caption = isPart
    ? texts.someLines(formatNumber(shown.length), formatNumber(report.totalCount))
    : texts.lines;
  return (
    <TableFrame label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {[texts.line, texts.phone, texts.result, texts.reason].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ line, phone, outcome, message }) => (
            <tr key={line}>
              <th scope="row">{line}</th>
              <td class="phone">{phone}</td>
              <td>{texts.outcomes[outcome]}</td>
              <td>{message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
