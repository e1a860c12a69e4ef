import type { GetAccountResponse } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { formatTime } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";

/** The registrations that wait for their activation, with their codes and attempts. */
export function Registrations({ known }: { known: GetAccountResponse }) {
  const texts = useTexts().accounts;
  const { sms } = texts;
  if (known.registrations.length === 0) return null;
  return (
    <>
      <Table
        caption={texts.pending}
        head={[
          texts.name,
          sms.registered,
          sms.registrationExpires,
          sms.network,
          sms.registrationCodes,
          sms.attemptsOwn,
          sms.attemptsOthers,
        ]}
      >
        {known.registrations.map((registration, index) => (
          <tr key={index}>
            <th scope="row">
              {registration.firstName} {registration.lastName}
            </th>
            <td>
              <Time at={registration.createdAt} />
            </td>
            <td>
              <Time at={registration.expiresAt} />
            </td>
            <td>{registration.network || texts.words.unknown}</td>
            <td>
              {registration.codes.map(({ issuedAt, expiresAt }, number) => (
                <div key={number}>{sms.code(formatTime(issuedAt), formatTime(expiresAt))}</div>
              ))}
            </td>
            <td>{registration.namedAttemptsLeft || sms.locked}</td>
            <td>{registration.otherAttemptsLeft || sms.locked}</td>
          </tr>
        ))}
      </Table>
      <p class="quiet">{sms.attemptsToday(known.namedAttemptsLeft, known.otherAttemptsLeft)}</p>
    </>
  );
}
