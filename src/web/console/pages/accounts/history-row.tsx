import {
  AccountAction,
  type AccountActor,
  AccountActorKind,
  type AccountChange,
  AccountRole,
} from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { Time } from "../../components/time.js";
import type { Catalogue } from "../../messages/fr/catalogue.js";
import { useTexts } from "../../messages/language.js";
import { addressOf } from "../../state/route.js";

type Texts = Catalogue["accounts"];

export function HistoryRow({ change }: { change: AccountChange }) {
  const texts = useTexts().accounts;
  const { at, action = AccountAction.UNSPECIFIED, actor } = change;
  return (
    <tr>
      <td>
        <Time at={at} />
      </td>
      <th scope="row">{texts.words.actions[action]}</th>
      <td>{actor && <Actor actor={actor} />}</td>
      <td>
        {detailsOf(change, texts).map((detail) => (
          <div key={detail}>{detail}</div>
        ))}
      </td>
    </tr>
  );
}

function Actor({ actor }: { actor: AccountActor }) {
  const texts = useTexts().accounts;
  const { kind = AccountActorKind.UNSPECIFIED, id, displayName, phone } = actor;
  if (id === undefined) return <>{texts.words.actors[kind]}</>;
  return <a href={addressOf(["accounts", phone ?? String(id)])}>{displayName ?? texts.goneActor(id)}</a>;
}

/** What an act changed, why, and what ended with it. */
function detailsOf(change: AccountChange, texts: Texts): string[] {
  const { reason, sessionId, sessionCount = 0 } = change;
  return [
    ...changesOf(change, texts),
    ...(reason ? [texts.withReason(reason)] : []),
    ...(sessionId ? [texts.session(sessionId)] : []),
    ...(sessionCount > 0 ? [texts.endedSessions(sessionCount)] : []),
  ];
}

function changesOf({ fields, before, after }: AccountChange, { words, changed }: Texts): string[] {
  const nameOf = (field: string) => (isKey(words.fields, field) ? words.fields[field] : field);
  const wordOf = (value = "–") => (isKey(AccountRole, value) ? words.roles[AccountRole[value]] : value);
  const [plain, valued] = [[] as string[], [] as string[]];
  for (const field of fields) {
    if (field in before || field in after) {
      valued.push(changed(nameOf(field), wordOf(before[field]), wordOf(after[field])));
    } else {
      plain.push(nameOf(field));
    }
  }
  return [...(plain.length > 0 ? [plain.join(", ")] : []), ...valued];
}

const isKey = <T extends object>(object: T, name: string): name is string & keyof T =>
  Object.hasOwn(object, name);
