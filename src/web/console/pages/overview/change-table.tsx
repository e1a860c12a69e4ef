import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { ComponentChildren } from "preact";
import { formatTime } from "../../messages/format.js";
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
  const texts = useTexts().overview;
  return (
    <section>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p class="quiet">{texts.noChanges}</p>
      ) : (
        <div class="table">
          <table class="changes">
            <caption class="unseen">{title}</caption>
            <thead>
              <tr>
                <th scope="col">{subjectTitle}</th>
                <th scope="col">{texts.what}</th>
                <th scope="col">{texts.who}</th>
                <th scope="col">{texts.when}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ key, at, what, subject, who }) => (
                <tr key={key}>
                  <th scope="row">{subject}</th>
                  <td>{what}</td>
                  <td>{who}</td>
                  <td class="quiet">{formatTime(at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
