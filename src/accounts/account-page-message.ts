import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  CodePurpose,
  type GetAccountResponseSchema,
  type WaitingRegistrationSchema,
} from "#gen/waterbill/identity/v1/account_service_pb.js";
import type { WaitingRegistration } from "../registrations/waiting-store.js";
import { DELIVERIES } from "../verification/challenge-message.js";
import type { Purpose } from "../verification/code.js";
import { toAccountMessage } from "./account-message.js";
import type { AccountPage } from "./get-account.js";

const PURPOSES: Readonly<Record<Purpose, CodePurpose>> = {
  activation: CodePurpose.ACTIVATION,
  password_reset: CodePurpose.PASSWORD_RESET,
  password_change: CodePurpose.PASSWORD_CHANGE,
  phone_change: CodePurpose.PHONE_CHANGE,
  account_deletion: CodePurpose.ACCOUNT_DELETION,
  second_factor: CodePurpose.SECOND_FACTOR,
};

/** The page of a phone number on the wire. */
export function toAccountPageMessage(page: AccountPage): MessageInitShape<typeof GetAccountResponseSchema> {
  const { account, whitelistItem, openSessionCount, sends, isSmsPaused, isCountryAllowed } = page;
  const { registrations, attemptsLeft } = page.waiting;
  return {
    ...(account && { account: toAccountMessage(account) }),
    ...(whitelistItem && { whitelistItem }),
    openSessionCount,
    sendsLast24Hours: sends.length,
    sends: sends.map(({ sentAt, purpose, network, delivery }) => ({
      sentAt: timestampFromDate(sentAt),
      purpose: PURPOSES[purpose],
      network,
      delivery: DELIVERIES[delivery],
    })),
    nextSends: page.nextSends.map((next) => ({
      ...next,
      purpose: PURPOSES[next.purpose],
      resendAt: timestampFromDate(next.resendAt),
    })),
    registrations: registrations.map(toRegistrationMessage),
    codes: page.codes.map((code) => ({ ...code, ...toPeriod(code), purpose: PURPOSES[code.purpose] })),
    namedAttemptsLeft: attemptsLeft.named,
    otherAttemptsLeft: attemptsLeft.other,
    isSmsPaused,
    isCountryAllowed,
  };
}

function toRegistrationMessage({
  firstName,
  lastName,
  network,
  attemptsLeft,
  codes,
  ...times
}: WaitingRegistration): MessageInitShape<typeof WaitingRegistrationSchema> {
  return {
    firstName,
    lastName,
    createdAt: timestampFromDate(times.createdAt),
    expiresAt: timestampFromDate(times.expiresAt),
    ...(network !== null && { network }),
    namedAttemptsLeft: attemptsLeft.named,
    otherAttemptsLeft: attemptsLeft.other,
    codes: codes.map(toPeriod),
  };
}

function toPeriod({ issuedAt, expiresAt }: { issuedAt: Date; expiresAt: Date }) {
  return { issuedAt: timestampFromDate(issuedAt), expiresAt: timestampFromDate(expiresAt) };
}
