import { timestampMs } from "@bufbuild/protobuf/wkt";
import type {
  GetAccountResponse,
  NextCodeSend,
} from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { Table } from "../../components/table.js";
import { Time } from "../../components/time.js";
import { useTexts } from "../../messages/language.js";
import { Registrations } from "./registrations.js";
import { smsAnswers } from "./sms-answers.js";

/** Why the number gets no SMS: answers, then what they are drawn from. */
export function SmsSection({ known }: { known: GetAccountResponse }) {
  const texts = useTexts().accounts;
  const { sms } = texts;
  return (
    <section>
      <h2>{sms.title}</h2>
      <ul class="answers">
        {smsAnswers(known, texts).map((answer) => (
          <li key={answer}>{answer}</li>
        ))}
      </ul>
      <p class="quiet">{sms.notShown}</p>
      <Sends known={known} />
      <NextSends nextSends={known.nextSends} />
      <Codes known={known} />
      <Registrations known={known} />
    </section>
  );
}

function Sends({ known: { sends } }: { known: GetAccountResponse }) {
  const { sms, words } = useTexts().accounts;
  if (sends.length === 0) return null;
  return (
    <Table caption={sms.sends} head={[sms.sentAt, sms.purpose, sms.delivery, sms.network]}>
      {sends.map((send, index) => (
        <tr key={index}>
          <td>
            <Time at={send.sentAt} />
          </td>
          <td>{words.purposes[send.purpose]}</td>
          <td>{words.deliveries[send.delivery]}</td>
          <td>{send.network || words.unknown}</td>
        </tr>
      ))}
    </Table>
  );
}

function NextSends({ nextSends }: { nextSends: readonly NextCodeSend[] }) {
  const { sms, words } = useTexts().accounts;
  if (nextSends.length === 0) return null;
  return (
    <Table caption={sms.nextSends} head={[sms.purpose, sms.network, sms.from, sms.sendsLeft]}>
      {nextSends.map((next) => (
        <tr key={`${next.purpose} ${next.network}`}>
          <td>{words.purposes[next.purpose]}</td>
          <td>{next.network || words.unknown}</td>
          <td>{isPast(next) ? sms.now : <Time at={next.resendAt} />}</td>
          <td>{next.sendsLeft}</td>
        </tr>
      ))}
    </Table>
  );
}

const isPast = ({ resendAt }: NextCodeSend) => !resendAt || timestampMs(resendAt) <= Date.now();

function Codes({ known: { codes } }: { known: GetAccountResponse }) {
  const { sms, words } = useTexts().accounts;
  if (codes.length === 0) return null;
  return (
    <Table caption={sms.codes} head={[sms.purpose, sms.sentTo, sms.issued, sms.expires, sms.attemptsLeft]}>
      {codes.map((code, index) => (
        <tr key={index}>
          <td>{words.purposes[code.purpose]}</td>
          <td>{code.phone}</td>
          <td>
            <Time at={code.issuedAt} />
          </td>
          <td>
            <Time at={code.expiresAt} />
          </td>
          <td>{code.attemptsLeft || sms.locked}</td>
        </tr>
      ))}
    </Table>
  );
}
