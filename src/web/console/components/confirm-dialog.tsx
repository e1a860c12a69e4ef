import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useTexts } from "../messages/language.js";
import { useAction } from "../state/use-action.js";
import { problemOf, TextField } from "./field.js";
import { FormDialog } from "./form-dialog.js";

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
  /** What must be typed once more before it is done: `expected`, a number in any spelling. */
  typed?: { label: string; expected: string; differs: string };
  /** Does it. If it throws, the dialog stays and says why. */
  onConfirm(reason: string): Promise<void>;
  /** Closes the dialog, after it was done too. */
  onClose(): void;
}

/** Asks before something is done, and for the reason where the history has one. */
export function ConfirmDialog({
  children,
  confirmLabel,
  reason: asks = "none",
  typed,
  onConfirm,
  ...dialog
}: ConfirmDialogProps) {
  const texts = useTexts().common;
  const [reason, setReason] = useState("");
  const [repeated, setRepeated] = useState("");
  const [differs, setDiffers] = useState(false);
  const action = useAction();

  async function confirm() {
    const isOther = typed !== undefined && withoutSeparators(repeated) !== typed.expected;
    setDiffers(isOther);
    if (!isOther && (await action.run(() => onConfirm(reason.trim())))) dialog.onClose();
  }

  return (
    <FormDialog
      {...dialog}
      submitLabel={confirmLabel}
      isBusy={action.isRunning}
      error={action.error}
      fields={asks === "none" ? [] : ["reason"]}
      onSubmit={confirm}
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
    </FormDialog>
  );
}

const withoutSeparators = (text: string) => text.replace(/[^+\p{L}\p{N}]/gu, "");
