import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useTexts } from "../messages/language.js";
import { useAction } from "../state/use-action.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { ErrorNote } from "./error-note.js";
import { problemOf, TextField } from "./field.js";

/** As the service has it (single_line_max_len of `reason`). */
const MAX_REASON_LENGTH = 500;

interface ConfirmDialogProps {
  title: string;
  /** What is going to happen. */
  children: ComponentChildren;
  confirmLabel: string;
  isDangerous?: boolean;
  /** Whether the history asks why. */
  reason?: "required" | "optional" | "none";
  /** What must be typed once more before it is done: `expected`, where spaces don't count. */
  typed?: { label: string; expected: string; differs: string };
  /** Does it. If it throws, the dialog stays and says why. */
  onConfirm(reason: string): Promise<void>;
  /** Closes the dialog, after it was done too. */
  onClose(): void;
}

/** Asks before something is done, and for the reason where the history has one. */
export function ConfirmDialog({
  title,
  children,
  confirmLabel,
  isDangerous = false,
  reason: asks = "none",
  typed,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const texts = useTexts().common;
  const [reason, setReason] = useState("");
  const [repeated, setRepeated] = useState("");
  const [differs, setDiffers] = useState(false);
  const action = useAction();
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const isOther = typed !== undefined && withoutSpaces(repeated) !== typed.expected;
          setDiffers(isOther);
          if (isOther) return;
          if (await action.run(() => onConfirm(reason.trim()))) onClose();
        }}
      >
        {children}
        {asks !== "none" && (
          <TextField
            label={texts.reason}
            hint={texts.reasonHint}
            isRequired={asks === "required"}
            maxLength={MAX_REASON_LENGTH}
            value={reason}
            onInput={setReason}
            problem={problemOf(action.error, "reason")}
          />
        )}
        {typed && (
          <TextField
            label={typed.label}
            isRequired
            value={repeated}
            onInput={setRepeated}
            problem={differs ? typed.differs : undefined}
          />
        )}
        <ErrorNote error={action.error} />
        <div class="buttons">
          <Button type="submit" kind={isDangerous ? "danger" : "primary"} isBusy={action.isRunning}>
            {confirmLabel}
          </Button>
          <Button onClick={onClose}>{texts.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

const withoutSpaces = (text: string) => text.replace(/\s/g, "");
