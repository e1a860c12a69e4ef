import type { GetOverviewResponse } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { Facts } from "../../components/facts.js";
import { useTexts } from "../../messages/language.js";
import { addressOf } from "../../state/route.js";

/** How many accounts and whitelist entries there are, with links to their lists. */
export function Figures({ overview }: { overview: GetOverviewResponse }) {
  const texts = useTexts();
  const { accountStatistics: accounts, whitelistStatistics: whitelist } = overview;
  const accountsIn = (state: string) => addressOf(["accounts"], { state });
  const entries = (active: string) => addressOf(["whitelist"], { active });
  return (
    <div class="columns">
      <section>
        <h2>{texts.common.accounts}</h2>
        <Facts
          kind="figures"
          facts={[
            [texts.overview.total, accounts?.totalCount ?? 0, addressOf(["accounts"])],
            [texts.accounts.active, accounts?.activeCount ?? 0, accountsIn("active")],
            // Registrations are no accounts, so no list has them.
            [texts.accounts.pending, accounts?.pendingCount ?? 0],
            [texts.accounts.deactivated, accounts?.deactivatedCount ?? 0, accountsIn("deactivated")],
            [texts.accounts.leaving, accounts?.leavingCount ?? 0, accountsIn("leaving")],
          ]}
        />
      </section>
      <section>
        <h2>{texts.common.whitelist}</h2>
        <Facts
          kind="figures"
          facts={[
            [texts.overview.total, whitelist?.totalCount ?? 0, addressOf(["whitelist"])],
            [texts.whitelist.activeCount, whitelist?.activeCount ?? 0, entries("true")],
            [texts.whitelist.inactiveCount, whitelist?.inactiveCount ?? 0, entries("false")],
          ]}
        />
      </section>
    </div>
  );
}
