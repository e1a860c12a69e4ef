import { sms } from "../messages/sms.js";
import type { SmsGateway } from "./sms-gateway.js";
import { confirmationText } from "./sms-texts.js";

/** Sends nothing; passes each message to `print`, for development and tests. */
export function createConsoleGateway(print: (line: string) => void): SmsGateway {
  return {
    async sendActivationCode(phone, code) {
      print(sms.printedActivation(phone, code));
    },
    async sendVerificationCode(phone, code, operation, linkUrl) {
      const text = sms.printedVerification(sms.operations[operation], phone, code);
      // At once: workers share the output, and the link would come below another's line.
      print(linkUrl ? `${text}\n${sms.printedLink(linkUrl)}` : text);
    },
    async sendConfirmation(phone, operation, details) {
      const text = confirmationText(operation, details);
      print(sms.printedConfirmation(sms.operations[operation], phone, text));
    },
    async sendNotice(phone, operation, text) {
      print(sms.printedNotice(sms.operations[operation], phone, text));
    },
    async sendGuessingNotice(phone) {
      print(sms.printedGuessing(phone, sms.guessing));
    },
    async isAvailable() {
      return true;
    },
  };
}
