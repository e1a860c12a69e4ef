import { timestampNow } from "@bufbuild/protobuf/wkt";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { formatTime } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { ownRole } from "../../service/own-role.js";
import { accounts } from "../../service/services.js";
import { useQuery } from "../../state/use-query.js";
import { AccountChanges } from "./account-changes.js";
import { Figures } from "./figures.js";
import { ServiceState } from "./service-state.js";
import { WhitelistChanges } from "./whitelist-changes.js";

/** What an administrator looks at first: trouble, figures, and who has changed what. */
export function OverviewPage() {
  const { common, overview: texts } = useTexts();
  const query = useQuery("overview", async (signal) => {
    const overview = await accounts.getOverview({}, { signal });
    ownRole.set(overview.role);
    return { overview, at: timestampNow() };
  });
  const { data } = query;
  return (
    <div class="overview" aria-busy={query.isLoading}>
      <div class="title">
        <h1>{common.start}</h1>
        <p class="quiet" role="status">
          {data ? texts.asOf(formatTime(data.at)) : common.loading}
        </p>
        <Button isBusy={query.isLoading} onClick={query.reload}>
          {texts.reload}
        </Button>
      </div>
      <ErrorNote error={query.error} onRetry={query.reload} />
      {data && (
        <>
          <ServiceState overview={data.overview} />
          <Figures overview={data.overview} />
          <div class="columns">
            <AccountChanges changes={data.overview.accountChanges} />
            <WhitelistChanges changes={data.overview.whitelistChanges} />
          </div>
        </>
      )}
    </div>
  );
}
