import type { WhitelistEntry } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { announce } from "../../components/announcer.js";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { formatTime } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { whitelist } from "../../service/services.js";
import { addressOf } from "../../state/route.js";
import { useAction } from "../../state/use-action.js";
import { isThereFor } from "./change-entry.js";
import { NotesText } from "./notes-text.js";
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
  const texts = useTexts().whitelist;
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
      <td data-label={texts.state}>
        <StateWord isActive={isActive} />
      </td>
      <td data-label={texts.notes} class="wide">
        <NotesText notes={notes} />
      </td>
      <td data-label={texts.addedBy}>
        {addedByPhone ? (
          <>
            {addedByDisplay} <span class="quiet">{addedByPhone}</span>
          </>
        ) : (
          <span class="quiet short">{texts.nobody}</span>
        )}
      </td>
      <td data-label={texts.addedAt} class="short">
        {formatTime(addedAt)}
      </td>
      <td>
        <RowActions entry={entry} {...actions} />
      </td>
    </tr>
  );
}

function RowActions({ entry, onChanged, onEditNotes, onRemove }: EntryActions & { entry: WhitelistEntry }) {
  const texts = useTexts().whitelist;
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
        <a href={addressOf(["whitelist", phone])} aria-label={texts.of(texts.history, phone)}>
          {texts.history}
        </a>
        <a href={addressOf(["accounts", phone])} aria-label={texts.of(texts.account, phone)}>
          {texts.account}
        </a>
      </div>
      <ErrorNote error={setting.error} />
    </>
  );
}
