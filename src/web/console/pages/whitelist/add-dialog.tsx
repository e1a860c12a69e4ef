import { useEffect, useId, useRef, useState } from "preact/hooks";
import { announce } from "../../components/announcer.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { ErrorNote } from "../../components/error-note.js";
import { problemOf, TextArea, TextField } from "../../components/field.js";
import { useTexts } from "../../messages/language.js";
import { whitelist } from "../../service/services.js";
import { useAction } from "../../state/use-action.js";
import { besides } from "./change-entry.js";
import { MAX_NOTES_LENGTH } from "./notes-dialog.js";

interface AddDialogProps {
  /** What is in the field at first. */
  phone: string;
  onAdded(): void;
  onClose(): void;
}

/** Adds a number. It stays open, with an empty form, because clerks often have several. */
export function AddDialog({ phone: initialPhone, onAdded, onClose }: AddDialogProps) {
  const texts = useTexts();
  const [phone, setPhone] = useState(initialPhone);
  const [notes, setNotes] = useState("");
  const [isActive, setActive] = useState(true);
  const [added, setAdded] = useState("");
  const action = useAction();
  const form = useRef<HTMLFormElement>(null);
  const isActiveId = useId();
  const focusFirstField = () => form.current?.querySelector("input")?.focus();
  useEffect(focusFirstField, [added]);

  async function add() {
    const { whitelistItem } = await whitelist.addWhitelistEntry({ phone, notes, isActive });
    const listed = whitelistItem?.phone ?? phone;
    announce(texts.whitelist.added(listed));
    setAdded(listed);
    setPhone("");
    setNotes("");
    setActive(true);
    onAdded();
  }

  return (
    <Dialog title={texts.whitelist.add} onClose={onClose}>
      <form
        ref={form}
        onSubmit={async (event) => {
          event.preventDefault();
          if (!(await action.run(add))) focusFirstField();
        }}
      >
        <p class="done" role="status">
          {added && texts.whitelist.added(added)}
        </p>
        <TextField
          label={texts.whitelist.phone}
          hint={texts.whitelist.phoneHint}
          type="tel"
          isRequired
          value={phone}
          onInput={setPhone}
          problem={problemOf(action.error, "phone")}
        />
        <TextArea
          label={texts.whitelist.notes}
          hint={texts.whitelist.notesHint}
          maxLength={MAX_NOTES_LENGTH}
          value={notes}
          onInput={setNotes}
          problem={problemOf(action.error, "notes")}
        />
        <div class="check">
          <input
            id={isActiveId}
            type="checkbox"
            checked={isActive}
            onChange={(event) => setActive(event.currentTarget.checked)}
          />
          <label for={isActiveId}>{texts.whitelist.isActive}</label>
        </div>
        <ErrorNote error={besides(action.error, "phone", "notes")} />
        <div class="buttons">
          <Button type="submit" kind="primary" isBusy={action.isRunning}>
            {texts.whitelist.addSubmit}
          </Button>
          <Button onClick={onClose}>{texts.common.close}</Button>
        </div>
      </form>
    </Dialog>
  );
}
