import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "../../components/announcer.js";
import { CheckField, problemOf, TextField } from "../../components/field.js";
import { FormDialog } from "../../components/form-dialog.js";
import { useTexts } from "../../messages/language.js";
import { whitelist } from "../../service/services.js";
import { useAction } from "../../state/use-action.js";
import { NotesField } from "./notes-field.js";

interface AddDialogProps {
  /** What is in the field at first. */
  phone: string;
  onAdded(): void;
  onClose(): void;
}

/** Adds a number. It stays open, with an empty form, because clerks often have several. */
export function AddDialog({ phone: initialPhone, onAdded, onClose }: AddDialogProps) {
  const { common, whitelist: texts } = useTexts();
  const [phone, setPhone] = useState(initialPhone);
  const [notes, setNotes] = useState("");
  const [isActive, setActive] = useState(true);
  const [added, setAdded] = useState("");
  const action = useAction();
  const fields = useRef<HTMLDivElement>(null);
  const focusFirstField = () => fields.current?.querySelector("input")?.focus();
  useEffect(focusFirstField, [added]);

  async function add() {
    const { whitelistItem } = await whitelist.addWhitelistEntry({ phone, notes, isActive });
    const listed = whitelistItem?.phone ?? phone;
    announce(texts.added(listed));
    setAdded(listed);
    setPhone("");
    setNotes("");
    setActive(true);
    onAdded();
  }

  return (
    <FormDialog
      title={texts.add}
      submitLabel={texts.addSubmit}
      closeLabel={common.close}
      isBusy={action.isRunning}
      error={action.error}
      fields={["phone", "notes"]}
      onSubmit={async () => {
        // What was done before is not what failed now.
        setAdded("");
        if (!(await action.run(add))) focusFirstField();
      }}
      onClose={onClose}
    >
      <p class="good" role="status">
        {added && texts.added(added)}
      </p>
      <div ref={fields}>
        <TextField
          label={common.number}
          hint={common.phoneHint}
          type="tel"
          isRequired
          value={phone}
          onInput={setPhone}
          problem={problemOf(action.error, "phone")}
        />
        <NotesField value={notes} onInput={setNotes} error={action.error} />
        <CheckField label={texts.isActive} isChecked={isActive} onChange={setActive} />
      </div>
    </FormDialog>
  );
}
