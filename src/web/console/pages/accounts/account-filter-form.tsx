import { SelectField, TextField } from "../../components/field.js";
import { FilterForm } from "../../components/filter-form.js";
import { useTexts } from "../../messages/language.js";
import type { FilterDraft } from "../../state/use-filter-draft.js";
import { type AccountFilters, readFilters } from "./account-filters.js";

export function AccountFilterForm({ draft: { filter, change } }: { draft: FilterDraft<AccountFilters> }) {
  const { accounts: texts, common } = useTexts();
  const typed = (name: keyof AccountFilters) => ({
    value: filter[name],
    onInput: (value: string) => change({ [name]: value }, true),
  });
  const chosen = (name: keyof AccountFilters, choices: Record<string, string>) => ({
    value: filter[name],
    onChange: (value: string) => change({ [name]: value }),
    options: Object.entries({ "": common.all, ...choices }).map(([value, label]) => ({ value, label })),
  });
  const { active, deactivated, leaving } = texts;
  return (
    <FilterForm
      search={typed("search")}
      searchHint={texts.searchHint}
      isUsed={[filter.state, filter.staff, filter.from, filter.until].some(Boolean)}
      onApply={() => change({})}
      onClear={() => change({ ...readFilters(new URLSearchParams()), sort: filter.sort })}
    >
      <SelectField label={common.state} {...chosen("state", { active, deactivated, leaving })} />
      <SelectField
        label={texts.words.fields.role}
        {...chosen("staff", { yes: texts.staff, no: texts.customers })}
      />
      <TextField label={texts.joinedFrom} type="date" {...typed("from")} />
      <TextField label={texts.joinedUntil} type="date" {...typed("until")} />
    </FilterForm>
  );
}
