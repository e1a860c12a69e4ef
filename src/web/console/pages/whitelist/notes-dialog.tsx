import { useState } from "preact/hooks";
import type { WhitelistEntry } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { announce } from "../../components/announcer.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { ErrorNote } from "../../components/error-note.js";
import { problemOf, TextArea } from "../../components/field.js";
import { useTexts } from "../../messages/language.js";
import { whitelist } from "../../service/services.js";
import { useAction } from "../../state/use-action.js";
import { besides, isGone } from "./change-entry.js";

/** As the service has it. */
export const MAX_NOTES_LENGTH = 1000;

interface NotesDialogProps {
  entry: WhitelistEntry;
  onChanged(): void;
  onClose(): void;
}

/** Edits the notes of an entry. */
export function NotesDialog({ entry: { phone, notes: initialNotes }, onChanged, onClose }: NotesDialogProps) {
  const texts = useTexts();
  const [notes, setNotes] = useState(initialNotes);
  const action = useAction();

  async function save() {
    try {
      await whitelist.updateWhitelistEntry({ phone, notes });
      announce(texts.whitelist.notesSaved(phone));
      onChanged();
    } catch (error) {
      // What was typed stays, but the row behind the dialog goes.
      if (isGone(error)) onChanged();
      throw error;
    }
  }

  return (
    <Dialog title={texts.whitelist.of(texts.whitelist.editNotes, phone)} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          if (await action.run(save)) onClose();
        }}
      >
        <TextArea
          label={texts.whitelist.notes}
          hint={texts.whitelist.notesHint}
          maxLength={MAX_NOTES_LENGTH}
          value={notes}
          onInput={setNotes}
          problem={problemOf(action.error, "notes")}
        />
        <ErrorNote error={besides(action.error, "notes")} />
        {isGone(action.error) && <p>{texts.whitelist.gone(phone)}</p>}
        <div class="buttons">
          <Button type="submit" kind="primary" isBusy={action.isRunning}>
            {texts.common.save}
          </Button>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
