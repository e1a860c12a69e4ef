import { DomainError } from "../../src/errors.js";
import type { Operation, SmsGateway } from "../../src/sms/sms-gateway.js";
import { recordSecret } from "./log.js";

/** A message that would have been sent. */
type Message =
  | { kind: "activation"; phone: string; code: string }
  | { kind: "verification"; phone: string; code: string; operation: Operation; link?: string }
  | { kind: "confirmation"; phone: string; operation: Operation; details: string }
  | { kind: "notice"; phone: string; operation: Operation; text: string }
  | { kind: "guessing_notice"; phone: string };

/** A gateway that keeps its messages, and fails while `failing` is set. */
export interface Outbox extends SmsGateway {
  readonly messages: Message[];
  failing: boolean;
  /** The messages to this number, oldest first. */
  to(phone: string): Message[];
  /** The last code that was sent to this number. */
  codeFor(phone: string): string;
  /** The token of the last link that was sent to this number. */
  tokenFor(phone: string): string;
  /** The token of the last link to this number that stops or undoes a phone change. */
  cancelTokenFor(phone: string): string;
}

export function createOutbox(): Outbox {
  const messages: Message[] = [];

  async function take(message: Message): Promise<void> {
    recordSecret(message.phone);
    if (outbox.failing) throw new DomainError("SMS_UNAVAILABLE");
    if ("code" in message) recordSecret(message.code);
    if ("link" in message) recordSecret(tokenOf(message.link ?? ""));
    const cancelToken = cancelTokenOf(message);
    if (cancelToken) recordSecret(cancelToken);
    messages.push(message);
  }

  function last<T extends "code" | "link">(phone: string, property: T): Record<T, string> {
    const message = messages.findLast((each) => each.phone === phone && property in each);
    if (!message) throw new Error(`no ${property} was sent to this number`);
    return message as Record<T, string>;
  }

  const outbox: Outbox = {
    messages,
    failing: false,
    to: (phone) => messages.filter((message) => message.phone === phone),
    codeFor: (phone) => last(phone, "code").code,
    tokenFor: (phone) => tokenOf(last(phone, "link").link),
    cancelTokenFor(phone) {
      const tokens = messages.filter((each) => each.phone === phone).map(cancelTokenOf);
      return tokens.findLast((token) => token !== undefined) ?? "";
    },
    sendActivationCode: (phone, code) => take({ kind: "activation", phone, code }),
    sendVerificationCode: (phone, code, operation, link) =>
      take({ kind: "verification", phone, code, operation, ...(link !== undefined && { link }) }),
    sendConfirmation: (phone, operation, details = "") =>
      take({ kind: "confirmation", phone, operation, details }),
    sendNotice: (phone, operation, text) => take({ kind: "notice", phone, operation, text }),
    sendGuessingNotice: (phone) => take({ kind: "guessing_notice", phone }),
    isAvailable: async () => !outbox.failing,
  };
  return outbox;
}

function tokenOf(link: string): string {
  return new URL(link).searchParams.get("token") ?? "";
}

function cancelTokenOf(message: Message): string | undefined {
  const text = "text" in message ? message.text : "details" in message ? message.details : "";
  return /\/account\/phone-change\?token=([0-9a-f-]+)/.exec(text)?.[1];
}
