import type { Command } from "commander";
import { GetAccountResponseSchema } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { toAccountPageMessage } from "../accounts/account-page-message.js";
import { type AccountPage, readAccountPage } from "../accounts/get-account.js";
import type { WaitingRegistration } from "../registrations/waiting-store.js";
import { fullName } from "../users/user.js";
import type { NextSend } from "../verification/next-sends.js";
import type { Send } from "../verification/sms-quota.js";
import { accountLine } from "./account-output.js";
import { jsonLine } from "./json-line.js";
import type { Runner } from "./runner.js";

/** Adds `show` to the commands on accounts. The number needs no account. */
export function addShowCommand(user: Command, run: Runner): void {
  user
    .command("show <phone>")
    .description(
      "print what is known of a number: its account in the format of list, when it is erased if it is leaving, its " +
        "whitelist entry, the codes sent to it in 24 hours, when each network may have another one sent, the " +
        "registrations that wait, and the attempts at activation codes that are left: named to callers who carry the " +
        "registration or call from its address, and to others",
    )
    .action((phone: string) =>
      run.withContext(async (context) => {
        const page = await readAccountPage(context, null, { phone, reader: null });
        await run.print([run.isJson ? pageJson(page) : pageLines(page)]);
      }),
    );
}

const pageJson = (page: AccountPage) => jsonLine(GetAccountResponseSchema, toAccountPageMessage(page));

type Fact = readonly (string | number)[];

/** The account, then one line for each fact, which begins with its name. */
function pageLines(page: AccountPage): string {
  const { account, phone, waiting } = page;
  const facts: Fact[] = [
    ...(account?.deletionAt ? [["erasure", account.deletionAt.toISOString()]] : []),
    whitelistFact(page),
    ["sessions", page.openSessionCount],
    ...page.sends.map(sendFact),
    ...page.nextSends.map(nextSendFact),
    ...waiting.registrations.flatMap(registrationFacts),
    ...page.codes.map((code) => [
      ...codeFact("code", code),
      code.purpose,
      code.phone,
      left(code.attemptsLeft),
    ]),
    ["activation", leftToCallers(waiting.attemptsLeft)],
    [
      "SMS",
      page.isSmsPaused ? "paused" : "on",
      page.isCountryAllowed ? "country allowed" : "country refused",
    ],
  ];
  const first = account ? accountLine(account) : `${phone}\tno account\n`;
  return `${first}${facts.map((fact) => `${fact.join("\t")}\n`).join("")}`;
}

function whitelistFact({ whitelistItem: entry }: AccountPage): Fact {
  if (!entry) return ["whitelist", "not listed"];
  return ["whitelist", entry.isActive ? "active" : "inactive", (entry.notes || "-").replaceAll(/\s+/g, " ")];
}

function sendFact({ sentAt, purpose, network, delivery }: Send): Fact {
  return ["sent", sentAt.toISOString(), purpose, network || "-", delivery];
}

function nextSendFact({ resendAt, purpose, network, sendsLeft }: NextSend): Fact {
  return ["next send", resendAt.toISOString(), purpose, network || "-", left(sendsLeft)];
}

function registrationFacts(registration: WaitingRegistration): Fact[] {
  const { createdAt, expiresAt, network, attemptsLeft, codes } = registration;
  const period = [createdAt.toISOString(), `until ${expiresAt.toISOString()}`];
  const name = fullName(registration);
  return [
    ["registration", ...period, name, network ?? "-", leftToCallers(attemptsLeft)],
    ...codes.map((code) => codeFact("activation code", code)),
  ];
}

function codeFact(name: string, { issuedAt, expiresAt }: { issuedAt: Date; expiresAt: Date }): Fact {
  return [name, issuedAt.toISOString(), `until ${expiresAt.toISOString()}`];
}

const left = (count: number) => `${count} left`;

function leftToCallers({ named, other }: WaitingRegistration["attemptsLeft"]): string {
  return `attempts left: ${named} named, ${other} others`;
}
