import { useDraft } from "../state/use-draft.js";
import { TextField } from "./field.js";

interface DraftFieldProps {
  label: string;
  hint?: string;
  type: "search" | "date";
  maxLength?: number;
  /** What is used: what was typed before typing paused, or what "back" brings. */
  value: string;
  onUse(value: string): void;
}

/** A field of a filter that applies without a button, when typing pauses. */
export function DraftField({ value, onUse, ...field }: DraftFieldProps) {
  const [draft, setDraft] = useDraft(value, onUse);
  return <TextField {...field} value={draft} onInput={setDraft} />;
}
