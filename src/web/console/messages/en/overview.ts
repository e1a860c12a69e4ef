import type { Catalogue } from "../fr/catalogue.js";

export const overview: Catalogue["overview"] = {
  reload: "Reload",
  asOf: (time) => `Data of ${time}`,
  stateTitle: "State of the service",
  noTrouble: "No trouble known.",
  smsPaused:
    "Messages are paused (SMS_PAUSED): no code and no confirmation leaves, and nobody can register or reset a password.",
  smsFailed: (failed, count) =>
    `In the last hour, the SMS provider did not accept ${failed} ${count === 1 ? "message" : "messages"}.`,
  limitsInMemory:
    "Redis is not configured or does not respond: each process counts the rate limits on its own.",
  sends: (sent, count) => `${sent} ${count === 1 ? "message" : "messages"} sent in the last hour.`,
  total: "Total",
  accountChanges: "Latest changes to accounts",
  whitelistChanges: "Latest changes to the whitelist",
  what: "Change",
  goneAccount: (id) => `Account no. ${id}, erased`,
  noChanges: "No changes.",
  unknownActor: "Erased account",
  commandLineOrErased: "Command line or erased account",
  imported: (changes) => `Import of ${changes} numbers`,
  importedAtLeast: (changes) => `Import of ${changes} numbers or more`,
};
