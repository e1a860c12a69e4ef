import {
  AccountState,
  type CodeSend,
  type GetAccountResponse,
} from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { Delivery } from "#client/gen/waterbill/identity/v1/challenge_pb.js";
import { formatTime } from "../../messages/format.js";
import type { Catalogue } from "../../messages/fr/catalogue.js";

type Texts = Catalogue["accounts"];

/** Why somebody gets no SMS, as sentences: what stops every message first, and what passes by itself last. */
export function smsAnswers(known: GetAccountResponse, texts: Texts): string[] {
  return [
    ...(known.isSmsPaused ? [texts.sms.paused] : []),
    ...(known.account ? accountAnswers(known.account.state, texts) : registrationAnswers(known, texts)),
    ...sendAnswers(known, texts),
    ...codeAnswers(known, texts),
  ];
}

function accountAnswers(state: AccountState, { sms }: Texts): string[] {
  return state === AccountState.DEACTIVATED ? [sms.deactivated] : [];
}

function registrationAnswers(known: GetAccountResponse, { sms }: Texts): string[] {
  const { whitelistItem, registrations, isCountryAllowed } = known;
  const answers = isCountryAllowed ? [] : [sms.countryRefused];
  if (!whitelistItem) return [...answers, sms.notListed];
  if (!whitelistItem.isActive) return [...answers, sms.listedInactive];
  return [...answers, registrations.length > 0 ? sms.waiting : sms.mayRegister];
}

function sendAnswers({ sends: [last], nextSends }: GetAccountResponse, texts: Texts): string[] {
  if (!last) return [texts.sms.noSends];
  const used = nextSends.filter(({ sendsLeft }) => sendsLeft === 0);
  return [
    deliveryAnswer(last, texts),
    ...used.map(({ purpose, network, resendAt }) =>
      texts.sms.limitReached(
        texts.words.purposes[purpose],
        network || texts.words.unknown,
        formatTime(resendAt),
      ),
    ),
  ];
}

function deliveryAnswer({ purpose, sentAt, delivery }: CodeSend, { sms, words }: Texts): string {
  const parts = [words.purposes[purpose], formatTime(sentAt)] as const;
  switch (delivery) {
    case Delivery.ACCEPTED:
      return sms.accepted(...parts);
    case Delivery.DELIVERED:
      return sms.delivered(...parts);
    case Delivery.FAILED:
      return sms.failed(...parts);
    default:
      return sms.pending(...parts);
  }
}

function codeAnswers(known: GetAccountResponse, { sms, words }: Texts): string[] {
  const { codes, registrations, namedAttemptsLeft } = known;
  const locked = codes.filter(({ attemptsLeft }) => attemptsLeft === 0);
  const isWaiting = registrations.length > 0;
  const isRegistrationLocked = isWaiting && registrations.every((each) => each.namedAttemptsLeft === 0);
  return [
    ...locked.map(({ purpose }) => sms.codeLocked(words.purposes[purpose])),
    ...(isRegistrationLocked ? [sms.registrationLocked] : []),
    ...(isWaiting && namedAttemptsLeft === 0 ? [sms.attemptsUsed] : []),
  ];
}
