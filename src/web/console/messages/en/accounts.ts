import type { Catalogue } from "../fr/catalogue.js";
import { accountActs } from "./account-acts.js";
import { accountSms } from "./account-sms.js";
import { accountWords } from "./account-words.js";

export const accounts: Catalogue["accounts"] = {
  searchHint: "First or last digits of a number, name, email",
  name: "Name",
  joined: "Joined",
  lastSignIn: "Last sign-in",
  staff: "Administrators",
  customers: "Customers",
  joinedFrom: "Joined from",
  joinedUntil: "Joined until",
  active: "Active",
  deactivated: "Deactivated",
  leaving: "Deletion requested",
  pending: "Waiting registrations",
  list: "List of accounts",
  showNumber: (phone) => `Show what is known of the number ${phone}`,
  noAccountFound: "No account has this number.",

  accountTitle: (id) => `Account no. ${id}`,
  noAccount: "This number has no account.",
  isActive: "The person may sign in.",
  isDeactivated: "An administrator has deactivated the account. The person can't sign in.",
  isLeaving: (time) =>
    `The person has asked for the deletion. The account is erased on ${time}, unless they sign in before.`,
  unknownNumber:
    "Nothing is known of this number: it has no account, no waiting registration, no code in 24 hours, and is not on the whitelist. So it can't register.",
  superuserOnly: "This is the account of a superuser. Only a superuser may see and change it.",
  whitelistLink: "Show the entry and its history",
  whitelistSearch: "Search the whitelist",
  notListed: "The number is not on the whitelist.",
  listed: "The number is on the whitelist.",
  listedInactive: "The number is on the whitelist, but inactive.",
  addedAt: "Added",

  sessions: "Sessions",
  openSessions: (count) => (count === 1 ? "1 open session" : `${count} open sessions`),
  readIsRecorded: "The history records who reads this.",
  showSessions: "Show the sessions",
  client: "Device",
  ip: "IP address",
  opened: "Opened",
  lastUsed: "Last used",
  ownSession: "your session",

  showHistory: "Show the history",
  showViews: "Show reads too",
  more: "Show more",
  act: "Act",
  details: "Details",
  goneActor: (id) => `account no. ${id}`,
  changed: (field, before, after) => `${field}: ${before} → ${after}`,
  withReason: (reason) => `Reason: ${reason}`,
  endedSessions: (count) => `Sessions ended: ${count}`,
  session: (id) => `Session ${id}`,

  words: accountWords,
  sms: accountSms,
  acts: accountActs,
};
