import type { accountSms as fr } from "../fr/account-sms.js";

export const accountSms: typeof fr = {
  title: "Why no SMS?",
  paused: "SMS are paused for everybody. No message leaves at the moment.",
  countryRefused: "No SMS leaves for numbers of this country that have no account.",
  deactivated: "The account is deactivated: no code leaves until it is reactivated.",
  notListed: "The number is not on the whitelist. It can't register, and no code is sent to it.",
  listedInactive: "The number is inactive on the whitelist. It can't register, and no code is sent to it.",
  mayRegister: "The number may register, but no registration waits for a code. Register in the app first.",
  waiting: "A registration waits for the code from the SMS.",
  noSends: "No code has been sent to this number for 24 hours, or since the limits were cleared.",
  pending: (purpose, time) => `The last SMS (${purpose}, ${time}) is being sent. Wait a few minutes.`,
  accepted: (purpose, time) =>
    `The operator has accepted the last SMS (${purpose}, ${time}). Whether it arrived is unknown: check that the phone is on and has a signal.`,
  delivered: (purpose, time) => `The last SMS (${purpose}, ${time}) has arrived on the phone.`,
  failed: (purpose, time) => `The last SMS (${purpose}, ${time}) will not arrive. Ask for another code.`,
  limitReached: (purpose, network, time) =>
    `${purpose}: the network ${network} has had all its codes of the day. The next one is possible from: ${time}.`,
  codeLocked: (purpose) => `${purpose}: the code is locked after too many attempts. Ask for another one.`,
  registrationLocked:
    "The registration has no valid code: it is locked, or has expired. Ask for another one in the app.",
  attemptsUsed: "Too many wrong activation codes were entered in 24 hours. Clear the limits to allow more.",
  notShown:
    "Wrong passwords, and SMS that the operator refused, don't show here. Clearing the limits allows to try again at once.",
  sends: "Codes sent in 24 hours",
  sentAt: "Sent",
  purpose: "For",
  delivery: "Delivery",
  network: "Network",
  nextSends: "Next code possible",
  from: "From",
  now: "now",
  sendsLeft: "Codes left",
  codes: "Valid codes",
  sentTo: "Sent to",
  issued: "Issued",
  expires: "Expires",
  attemptsLeft: "Attempts left",
  locked: "locked",
  registered: "Registration",
  registrationExpires: "Kept until",
  attemptsOwn: "Attempts left: owner",
  attemptsOthers: "Attempts left: others",
  registrationCodes: "Codes",
  code: (issued, expires) => `issued ${issued}, expires ${expires}`,
  attemptsToday: (own, others) =>
    `Activation codes: ${own} attempts left for the owner and ${others} for all others in 24 hours.`,
};
