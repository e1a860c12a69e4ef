import type { GetOverviewResponse } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { formatNumber } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { addressOf } from "../../state/route.js";

interface Figure {
  label: string;
  value: number | undefined;
  /** The list of what is counted; absent: there is none. */
  address?: string;
}

/** How many accounts and whitelist entries there are, with links to them. */
export function Figures({ overview }: { overview: GetOverviewResponse }) {
  const { common, overview: texts } = useTexts();
  const { accountStatistics: accounts, whitelistStatistics: whitelist } = overview;
  const accountsIn = (state: string) => addressOf(["accounts"], { state });
  const entries = (active: string) => addressOf(["whitelist"], { active });
  return (
    <div class="columns">
      <FigureList
        title={common.accounts}
        figures={[
          { label: texts.total, value: accounts?.totalCount, address: addressOf(["accounts"]) },
          { label: texts.active, value: accounts?.activeCount, address: accountsIn("active") },
          // Registrations are no accounts, so no list has them.
          { label: texts.waiting, value: accounts?.pendingCount },
          { label: texts.deactivated, value: accounts?.deactivatedCount, address: accountsIn("deactivated") },
          { label: texts.leaving, value: accounts?.leavingCount, address: accountsIn("leaving") },
        ]}
      />
      <FigureList
        title={common.whitelist}
        figures={[
          { label: texts.total, value: whitelist?.totalCount, address: addressOf(["whitelist"]) },
          { label: texts.active, value: whitelist?.activeCount, address: entries("true") },
          { label: texts.inactive, value: whitelist?.inactiveCount, address: entries("false") },
        ]}
      />
    </div>
  );
}

function FigureList({ title, figures }: { title: string; figures: readonly Figure[] }) {
  return (
    <section>
      <h2>{title}</h2>
      <dl class="figures">
        {figures.map(({ label, value = 0, address }) => (
          <div key={label}>
            <dt>{address ? <a href={address}>{label}</a> : label}</dt>
            <dd>{formatNumber(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
