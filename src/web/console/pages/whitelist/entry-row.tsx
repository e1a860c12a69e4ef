import type { WhitelistEntry } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { announce } from "../../components/announcer.js";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { Time } from "../../components/time.js";
import { useTexts } from "../../messages/language.js";
import { whitelist } from "../../service/services.js";
import { addressOf } from "../../state/route.js";
import { useAction } from "../../state/use-action.js";
import { isThereFor } from "./change-entry.js";
import { NotesText } from "./notes-text.js";
import { Person } from "./person.js";
import { StateWord } from "./state-word.js";

export interface EntryActions {
  /** The list may be different now. */
  onChanged(): void;
  onEditNotes(entry: WhitelistEntry): void;
  onRemove(entry: WhitelistEntry): void;
}

interface EntryRowProps extends EntryActions {
  entry: WhitelistEntry;
  isSelected: boolean;
  onSelect(isSelected: boolean): void;
}

export function EntryRow({ entry, isSelected, onSelect, ...actions }: EntryRowProps) {
  const { common, whitelist: texts } = useTexts();
  const { phone, isActive, notes, addedByDisplay, addedByPhone, addedAt } = entry;
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={texts.select(phone)}
          checked={isSelected}
          onChange={(event) => onSelect(event.currentTarget.checked)}
        />
      </td>
      <th scope="row">{phone}</th>
      <td data-label={common.state}>
        <StateWord isActive={isActive} />
      </td>
      <td data-label={common.notes} class="wide">
        <NotesText notes={notes} />
      </td>
      <td data-label={texts.addedBy}>
        <Person name={addedByDisplay} phone={addedByPhone} />
      </td>
      <td data-label={texts.addedAt}>
        <Time at={addedAt} />
      </td>
      <td>
        <RowActions entry={entry} {...actions} />
      </td>
    </tr>
  );
}

function RowActions({ entry, onChanged, onEditNotes, onRemove }: EntryActions & { entry: WhitelistEntry }) {
  const { common, whitelist: texts } = useTexts();
  const { phone, isActive } = entry;
  const setting = useAction();
  const setActive = () =>
    setting.run(async () => {
      const isThere = await isThereFor(() => whitelist.updateWhitelistEntry({ phone, isActive: !isActive }));
      const done = isActive ? texts.deactivated : texts.activated;
      announce((isThere ? done : texts.gone)(phone));
      onChanged();
    });
  const toggle = isActive ? texts.deactivate : texts.activate;
  return (
    <>
      <div class="row-actions">
        <Button aria-label={texts.of(texts.editNotes, phone)} onClick={() => onEditNotes(entry)}>
          {texts.edit}
        </Button>
        <Button aria-label={texts.of(toggle, phone)} isBusy={setting.isRunning} onClick={setActive}>
          {toggle}
        </Button>
        <Button aria-label={texts.of(texts.remove, phone)} onClick={() => onRemove(entry)}>
          {texts.remove}
        </Button>
        <a href={addressOf(["whitelist", phone])} aria-label={texts.of(common.history, phone)}>
          {common.history}
        </a>
        <a href={addressOf(["accounts", phone])} aria-label={texts.of(common.account, phone)}>
          {common.account}
        </a>
      </div>
      <ErrorNote error={setting.error} />
    </>
  );
}
