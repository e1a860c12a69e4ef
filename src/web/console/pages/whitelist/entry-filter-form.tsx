import type { IdentityError } from "#client/src/error.js";
import { problemOf, SelectField, TextField } from "../../components/field.js";
import { FilterForm } from "../../components/filter-form.js";
import { useTexts } from "../../messages/language.js";
import type { FilterDraft } from "../../state/use-filter-draft.js";
import { type ListFilter, NO_FILTER, selectsAll } from "./list-filter.js";

/** As the service has it. */
const MAX_ADDED_BY_LENGTH = 100;

interface EntryFilterFormProps {
  draft: FilterDraft<ListFilter>;
  /** Why the list could not be read. */
  error: IdentityError | null;
}

export function EntryFilterForm({ draft: { filter, change }, error }: EntryFilterFormProps) {
  const { common, whitelist: texts } = useTexts();
  const typed = (name: keyof ListFilter) => ({
    value: filter[name],
    onInput: (value: string) => change({ [name]: value }, true),
    problem: problemOf(error, name),
  });
  return (
    <FilterForm
      search={typed("search")}
      searchHint={texts.searchHint}
      isUsed={!selectsAll({ ...filter, search: "" })}
      onApply={() => change({})}
      onClear={() => change({ ...NO_FILTER, orderBy: filter.orderBy })}
    >
      <SelectField
        label={common.state}
        value={filter.active}
        onChange={(active) => change({ active })}
        options={[
          { value: "", label: common.all },
          { value: "true", label: texts.active },
          { value: "false", label: texts.inactive },
        ]}
      />
      <TextField
        label={texts.addedBy}
        hint={texts.addedByHint}
        maxLength={MAX_ADDED_BY_LENGTH}
        {...typed("addedBy")}
      />
      <TextField label={texts.addedAfter} type="date" {...typed("addedAfter")} />
      <TextField label={texts.addedUntil} type="date" {...typed("addedUntil")} />
    </FilterForm>
  );
}
