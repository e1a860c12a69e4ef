import { useEffect, useId, useState } from "preact/hooks";
import { useTexts } from "../../messages/language.js";

/** Asks for a file: with the file input, or by dropping it onto the frame around it. */
export function FilePicker({ onChoose }: { onChoose: (file: File) => void }) {
  const texts = useTexts().transfer;
  const id = useId();
  const [isOver, setIsOver] = useState(false);
  const [hasSeveral, setHasSeveral] = useState(false);
  useNothingDropped();

  function choose(files: FileList | null | undefined): void {
    const [file, another] = files ?? [];
    setHasSeveral(another !== undefined);
    if (file && !another) onChoose(file);
  }

  return (
    <fieldset
      class={isOver ? "drop-zone over" : "drop-zone"}
      onDragOver={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        choose(event.dataTransfer?.files);
      }}
    >
      <legend>{texts.chooseFile}</legend>
      <label for={id}>{texts.dropHint}</label>
      <input
        id={id}
        type="file"
        accept=".csv,.txt,.tsv,text/csv,text/plain,text/tab-separated-values"
        onChange={(event) => {
          choose(event.currentTarget.files);
          // The same file, corrected, can be chosen again.
          event.currentTarget.value = "";
        }}
      />
      <span class="problem" role="alert">
        {hasSeveral && texts.onlyOneFile}
      </span>
    </fieldset>
  );
}

/** A file that misses the frame would replace the page. */
function useNothingDropped(): void {
  useEffect(() => {
    const refuse = (event: DragEvent) => {
      event.preventDefault();
      if (event.type === "dragover" && event.dataTransfer) event.dataTransfer.dropEffect = "none";
    };
    addEventListener("dragover", refuse);
    addEventListener("drop", refuse);
    return () => {
      removeEventListener("dragover", refuse);
      removeEventListener("drop", refuse);
    };
  }, []);
}
