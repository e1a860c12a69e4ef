import type { IdentityError } from "#client/src/error.js";
import { problemOf, TextArea } from "../../components/field.js";
import { useTexts } from "../../messages/language.js";

/** As the service has it. */
const MAX_NOTES_LENGTH = 1000;

interface NotesFieldProps {
  value: string;
  onInput(value: string): void;
  error: IdentityError | null;
}

export function NotesField({ error, ...field }: NotesFieldProps) {
  const { common, whitelist } = useTexts();
  return (
    <TextArea
      {...field}
      label={common.notes}
      hint={whitelist.notesHint}
      maxLength={MAX_NOTES_LENGTH}
      problem={problemOf(error, "notes")}
    />
  );
}
