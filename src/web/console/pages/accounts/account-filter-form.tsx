import { Button } from "../../components/button.js";
import { DraftField } from "../../components/draft-field.js";
import { SelectField } from "../../components/field.js";
import { useTexts } from "../../messages/language.js";
import { addressOf, show } from "../../state/route.js";
import type { AccountFilters } from "./account-filters.js";

/** As the service has it (single_line_max_len of `search`). */
const MAX_SEARCH_LENGTH = 100;

/** The filters apply at once. What is typed replaces the address, what is chosen is a step that "back" undoes. */
export function AccountFilterForm({ filters }: { filters: AccountFilters }) {
  const texts = useTexts();
  const { accounts, common } = texts;
  const use = (change: Partial<AccountFilters>, replace: boolean) =>
    show(addressOf(["accounts"], { ...filters, ...change }), { replace });
  const choices = (options: Record<string, string>) =>
    Object.entries({ "": common.all, ...options }).map(([value, label]) => ({ value, label }));
  const isFiltered = Object.entries(filters).some(([name, value]) => name !== "sort" && value);
  return (
    <search>
      <form class="filters" aria-label={common.filters} onSubmit={(event) => event.preventDefault()}>
        <DraftField
          label={common.search}
          hint={accounts.searchHint}
          type="search"
          maxLength={MAX_SEARCH_LENGTH}
          value={filters.search}
          onUse={(search) => use({ search }, true)}
        />
        <SelectField
          label={accounts.state}
          value={filters.state}
          onChange={(state) => use({ state }, false)}
          options={choices({
            active: accounts.active,
            deactivated: accounts.deactivated,
            leaving: accounts.leaving,
          })}
        />
        <SelectField
          label={accounts.role}
          value={filters.staff}
          onChange={(staff) => use({ staff }, false)}
          options={choices({ yes: accounts.staff, no: accounts.customers })}
        />
        <DraftField
          label={accounts.joinedFrom}
          type="date"
          value={filters.from}
          onUse={(from) => use({ from }, true)}
        />
        <DraftField
          label={accounts.joinedUntil}
          type="date"
          value={filters.until}
          onUse={(until) => use({ until }, true)}
        />
        {isFiltered && (
          <Button onClick={() => show(addressOf(["accounts"], { sort: filters.sort }))}>
            {common.clearFilters}
          </Button>
        )}
      </form>
    </search>
  );
}
