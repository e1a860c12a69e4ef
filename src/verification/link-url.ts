import type { Operation } from "../sms/sms-gateway.js";

const pages: Record<Operation, string> = {
  password_reset: "/reset-password",
  password_change: "/change-password",
  phone_change: "/change-phone",
};

/** Where a person enters the code: a page of the front end (`FRONTEND_URL`, no slash at its end), never of a request's host. */
export function link(frontendUrl: string, operation: Operation, token: string): string {
  return `${frontendUrl}${pages[operation]}?token=${token}`;
}
