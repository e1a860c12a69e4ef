import { createAuditKeys } from "../../audit/audit-keys.js";
import { createHistoryStore } from "../../audit/history-store.js";
import type { Config } from "../../config.js";
import { findCommandKeys, findEncryptionSecrets } from "../../infrastructure.js";
import { createKeyCipher } from "../../signing-keys/key-cipher.js";
import { signingOf, standsBy } from "../../signing-keys/rotation-plan.js";
import { openSealedKey } from "../../signing-keys/signing-key.js";
import { createSigningKeyStore, isLive, type StoredKey } from "../../signing-keys/signing-key-store.js";
import type { Random } from "../../system/random.js";
import { type Check, type Finding, ok, problem, skipped, warning } from "./finding.js";
import { onTables, type SharedDatabase } from "./shared-database.js";

/** Checks that the secrets are those with which other servers wrote to the database. */
export function secretChecks(config: Config, shared: SharedDatabase, random: Random): Check[] {
  return [
    {
      name: "signing_keys",
      needs: ["KEY_ENCRYPTION_SECRET"],
      run: () => checkSigningKeys(config, shared, random),
    },
    {
      name: "account_history",
      needs: ["AUDIT_SECRET", "CODE_SECRET"],
      run: () => checkHistory(config, shared),
    },
  ];
}

async function checkSigningKeys(config: Config, shared: SharedDatabase, random: Random): Promise<Finding> {
  const secrets = findEncryptionSecrets(config);
  if (secrets.length === 0 && config.tokens.accessAlgorithm === "HS256") {
    return skipped("HS256 needs none");
  }
  return onTables(shared, async (database) => {
    const stored = (await createSigningKeyStore(database).read(null)).filter(isLive);
    if (stored.length === 0) return warning("there are none", "the server makes them when it starts");
    const cipher = createKeyCipher(secrets, random);
    const opened = stored.map((key) => ({ key, secret: openSealedKey(cipher, key)?.isFormerSecret }));
    return judgeKeys(
      opened.filter(({ secret }) => secret !== undefined).map(({ key }) => key),
      stored.filter((_, index) => opened[index]?.secret === undefined),
      opened.filter(({ secret }) => secret).length,
    );
  });
}

function judgeKeys(
  readable: readonly StoredKey[],
  unreadable: readonly StoredKey[],
  formerCount: number,
): Finding {
  const figures = `${readable.length} of ${readable.length + unreadable.length} are readable`;
  if (unreadable.length > 0) {
    const kids = unreadable.map(({ kid }) => kid).join(", ");
    const advice = "set the KEY_ENCRYPTION_SECRET of the other servers: see docs/key-drills.md";
    const message = `${figures}; KEY_ENCRYPTION_SECRET does not decrypt ${kids}`;
    return readable.length === 0 ? problem(message, advice) : warning(message, advice);
  }
  if (!signingOf(readable))
    return warning(`${figures}, and none signs`, "a running server changes that at once");
  if (!readable.some(standsBy)) {
    return warning(`${figures}, and none stands by`, "a running server makes one at once");
  }
  const note = formerCount > 0 ? `; ${formerCount} under a former secret, which must stay` : "";
  return ok(`${figures}, one signs, one stands by${note}`);
}

async function checkHistory(config: Config, shared: SharedDatabase): Promise<Finding> {
  const { audit } = findCommandKeys(config);
  if (audit.length === 0) {
    if (config.environment === "production") {
      return problem("it has no secret", "set AUDIT_SECRET, or CODE_SECRET");
    }
    return warning("its secret is not made yet", "the server makes it when it starts");
  }
  return onTables(shared, async (database) => {
    const known = new Set(createAuditKeys(audit).all.map(({ id }) => id));
    const used = await createHistoryStore(database).outerKeyIds(null);
    if (used.every((id) => known.has(id)))
      return ok("its secret is set, and verifies the first and the last act");
    return problem(
      "the secret of its first or last act is neither in AUDIT_SECRET nor CODE_SECRET",
      "add it at the end of AUDIT_SECRET, or at the beginning if the other servers use it",
    );
  });
}
