import { useState } from "preact/hooks";
import type { IdentityError } from "#client/src/error.js";
import { Button } from "../../components/button.js";
import { problemOf, SelectField, TextField } from "../../components/field.js";
import { useTexts } from "../../messages/language.js";
import { type ListFilter, NO_FILTER, selectsAll } from "./list-filter.js";
import type { FilterDraft } from "./use-filter-draft.js";

/** As the service has it. */
const MAX_SEARCH_LENGTH = 100;

interface FilterFormProps {
  draft: FilterDraft;
  /** Why the list could not be read. */
  error: IdentityError | null;
}

/** The filters of the list. They act as they are typed; Enter spares the pause. */
export function FilterForm({ draft: { filter, change }, error }: FilterFormProps) {
  const texts = useTexts();
  // Narrow screens have room for the search only.
  const [isOpen, setOpen] = useState(!selectsAll({ ...filter, search: "" }));
  const typed = (name: keyof ListFilter) => ({
    value: filter[name],
    onInput: (value: string) => change({ [name]: value }, true),
    problem: problemOf(error, name),
  });
  return (
    <form
      class="entry-filters"
      aria-label={texts.common.filters}
      onSubmit={(event) => {
        event.preventDefault();
        change({});
      }}
    >
      <TextField
        label={texts.common.search}
        hint={texts.whitelist.searchHint}
        type="search"
        maxLength={MAX_SEARCH_LENGTH}
        {...typed("search")}
      />
      <button type="button" class="plain unfold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {texts.common.filters}
      </button>
      <div class="others">
        <SelectField
          label={texts.whitelist.state}
          value={filter.active}
          onChange={(active) => change({ active })}
          options={[
            { value: "", label: texts.common.all },
            { value: "true", label: texts.whitelist.active },
            { value: "false", label: texts.whitelist.inactive },
          ]}
        />
        <TextField
          label={texts.whitelist.addedBy}
          hint={texts.whitelist.addedByHint}
          maxLength={MAX_SEARCH_LENGTH}
          {...typed("addedBy")}
        />
        <TextField label={texts.whitelist.addedAfter} type="date" {...typed("addedAfter")} />
        <TextField label={texts.whitelist.addedBefore} type="date" {...typed("addedBefore")} />
        <Button onClick={() => change({ ...NO_FILTER, orderBy: filter.orderBy })}>
          {texts.common.clearFilters}
        </Button>
      </div>
    </form>
  );
}
