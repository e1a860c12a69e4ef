import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useTexts } from "../messages/language.js";
import { Button } from "./button.js";
import { TextField } from "./field.js";

/** As the service has it (single_line_max_len of `search`). */
const MAX_SEARCH_LENGTH = 100;

interface FilterFormProps {
  search: { value: string; onInput(value: string): void; problem?: string | undefined };
  searchHint: string;
  /** The other filters. Narrow screens show them only on demand, or if one of them is in use. */
  children: ComponentChildren;
  isUsed: boolean;
  /** Enter spares the pause after typing. */
  onApply(): void;
  onClear(): void;
}

/** The filters of a list. They act as they are typed or chosen. */
export function FilterForm({ search, searchHint, children, isUsed, onApply, onClear }: FilterFormProps) {
  const texts = useTexts().common;
  const [isOpen, setOpen] = useState(isUsed);
  return (
    <search>
      <form
        class="filters"
        aria-label={texts.filters}
        onSubmit={(event) => {
          event.preventDefault();
          onApply();
        }}
      >
        <TextField
          label={texts.search}
          hint={searchHint}
          type="search"
          maxLength={MAX_SEARCH_LENGTH}
          {...search}
        />
        <button type="button" class="plain unfold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {texts.filters}
        </button>
        <div class="others">
          {children}
          <Button onClick={onClear}>{texts.clearFilters}</Button>
        </div>
      </form>
    </search>
  );
}
