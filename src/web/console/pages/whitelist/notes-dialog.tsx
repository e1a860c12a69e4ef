import { useState } from "preact/hooks";
import type { WhitelistEntry } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { announce } from "../../components/announcer.js";
import { FormDialog } from "../../components/form-dialog.js";
import { useTexts } from "../../messages/language.js";
import { whitelist } from "../../service/services.js";
import { useAction } from "../../state/use-action.js";
import { isGone } from "./change-entry.js";
import { NotesField } from "./notes-field.js";

interface NotesDialogProps {
  entry: WhitelistEntry;
  onChanged(): void;
  onClose(): void;
}

/** Edits the notes of an entry. */
export function NotesDialog({ entry: { phone, notes: initialNotes }, onChanged, onClose }: NotesDialogProps) {
  const { common, whitelist: texts } = useTexts();
  const [notes, setNotes] = useState(initialNotes);
  const action = useAction();

  async function save() {
    try {
      await whitelist.updateWhitelistEntry({ phone, notes });
      announce(texts.notesSaved(phone));
      onChanged();
    } catch (error) {
      // What was typed stays, but the row behind the dialog goes.
      if (isGone(error)) onChanged();
      throw error;
    }
  }

  return (
    <FormDialog
      title={texts.of(texts.editNotes, phone)}
      submitLabel={common.save}
      isBusy={action.isRunning}
      error={action.error}
      fields={["notes"]}
      onSubmit={async () => {
        if (await action.run(save)) onClose();
      }}
      onClose={onClose}
    >
      <NotesField value={notes} onInput={setNotes} error={action.error} />
      {isGone(action.error) && <p>{texts.gone(phone)}</p>}
    </FormDialog>
  );
}
