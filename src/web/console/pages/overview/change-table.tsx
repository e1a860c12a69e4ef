import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { ComponentChildren } from "preact";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { useTexts } from "../../messages/language.js";

/** A change, as both tables show it. */
interface ChangeRow {
  key: string;
  at: Timestamp | undefined;
  what: string;
  /** What was changed. */
  subject: ComponentChildren;
  who: string;
}

interface ChangeTableProps {
  title: string;
  /** The heading of the column of what was changed. */
  subjectTitle: string;
  rows: readonly ChangeRow[];
}

export function ChangeTable({ title, subjectTitle, rows }: ChangeTableProps) {
  const { common, overview } = useTexts();
  return (
    <section>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p class="quiet">{overview.noChanges}</p>
      ) : (
        <Table caption={title} isCaptionUnseen head={[subjectTitle, overview.what, common.by, common.date]}>
          {rows.map(({ key, at, what, subject, who }) => (
            <tr key={key}>
              <th scope="row">{subject}</th>
              <td>{what}</td>
              <td>{who}</td>
              <td class="quiet">
                <Time at={at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
