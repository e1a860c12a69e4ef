import type { WhitelistEntry } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { Facts } from "../../components/facts.js";
import { formatTime } from "../../messages/format.js";
import { useTexts } from "../../messages/language.js";
import { addressOf } from "../../state/route.js";

export function WhitelistSection({ entry, phone }: { entry: WhitelistEntry | undefined; phone: string }) {
  const { accounts: texts, common } = useTexts();
  return (
    <section>
      <h2>{common.whitelist}</h2>
      {entry ? <EntryFacts entry={entry} /> : <p>{texts.notListed}</p>}
      <p>
        {entry ? (
          <a href={addressOf(["whitelist", entry.phone])}>{texts.whitelistLink}</a>
        ) : (
          <a href={addressOf(["whitelist"], { search: phone })}>{texts.whitelistSearch}</a>
        )}
      </p>
    </section>
  );
}

function EntryFacts({ entry }: { entry: WhitelistEntry }) {
  const { accounts: texts, common, whitelist } = useTexts();
  return (
    <>
      <p>{entry.isActive ? texts.listed : texts.listedInactive}</p>
      <Facts
        facts={[
          [texts.addedAt, formatTime(entry.addedAt)],
          [common.by, entry.addedByDisplay || whitelist.nobody],
          [common.notes, entry.notes],
        ]}
      />
    </>
  );
}
