import type { GetOverviewResponse } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { formatNumber } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";

/** What is wrong with the service, in words, and how many codes it sends. */
export function ServiceState({ overview }: { overview: GetOverviewResponse }) {
  const texts = useTexts().overview;
  const { isSmsPaused, failedSmsLastHour: failed, sendsLastHour: sent, areLimitsInMemory } = overview;
  const troubles = [
    isSmsPaused && texts.smsPaused,
    failed > 0 && texts.smsFailed(formatNumber(failed), failed),
    areLimitsInMemory && texts.limitsInMemory,
  ].filter((trouble) => trouble !== false);
  return (
    <section aria-labelledby="service-state">
      <h2 id="service-state">{texts.stateTitle}</h2>
      {troubles.length === 0 ? (
        <p class="good">{texts.noTrouble}</p>
      ) : (
        <ul class="note error">
          {troubles.map((trouble) => (
            <li key={trouble}>{trouble}</li>
          ))}
        </ul>
      )}
      <p class="quiet">{texts.sends(formatNumber(sent), sent)}</p>
    </section>
  );
}
