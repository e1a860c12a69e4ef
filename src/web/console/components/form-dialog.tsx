import type { ComponentChildren } from "preact";
import type { IdentityError } from "#client/src/error.js";
import { useTexts } from "../messages/language.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { ErrorNote } from "./error-note.js";

interface FormDialogProps {
  title: string;
  /** The fields, and what is said above them. */
  children: ComponentChildren;
  submitLabel: string;
  /** Absent: `cancel`. */
  closeLabel?: string;
  isDangerous?: boolean;
  /** The browser checks nothing: the service has better words. */
  isUnchecked?: boolean;
  isBusy: boolean;
  /** Why it failed, unless it is said at `fields`, which the form shows. */
  error: IdentityError | null;
  fields?: readonly string[];
  onRetry?: () => void;
  onSubmit(): unknown;
  onClose(): void;
}

/** A dialog with a form. What was typed stays until it is closed. */
export function FormDialog({
  title,
  children,
  submitLabel,
  closeLabel,
  isDangerous = false,
  isUnchecked = false,
  isBusy,
  onSubmit,
  onClose,
  ...note
}: FormDialogProps) {
  const texts = useTexts().common;
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        noValidate={isUnchecked}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <ErrorNote {...note} />
        <div class="buttons">
          <Button type="submit" kind={isDangerous ? "danger" : "primary"} isBusy={isBusy}>
            {submitLabel}
          </Button>
          <Button onClick={onClose}>{closeLabel ?? texts.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
