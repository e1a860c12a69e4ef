import { useState } from "preact/hooks";
import { Button } from "../../components/button.js";
import { useTexts } from "../../messages/language.js";

/** Longer notes are folded. */
const FOLDED_LENGTH = 120;
const FOLDED_LINES = 3;

/** Notes with their line breaks. Long ones show their beginning first. */
export function NotesText({ notes }: { notes: string }) {
  const texts = useTexts().whitelist;
  const [isOpen, setOpen] = useState(false);
  const lines = notes.split("\n").slice(0, FOLDED_LINES).join("\n");
  const beginning = [...lines].slice(0, FOLDED_LENGTH).join("");
  const isLong = beginning !== notes;
  if (notes === "") return null;
  return (
    <>
      <span class="notes">{isOpen || !isLong ? notes : `${beginning}…`}</span>
      {isLong && (
        <div class="row-actions">
          <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? texts.fold : texts.unfold}
          </Button>
        </div>
      )}
    </>
  );
}
