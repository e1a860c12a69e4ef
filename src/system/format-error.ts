import { describeError, type ErrorDescription } from "./describe-error.js";

/** What the log may hold of an error, as Node prints it: a line, the stack, then its causes. */
export function formatError(error: unknown): string {
  return format(describeError(error));
}

function format({ type, code, message, stack, cause, errors = [] }: ErrorDescription): string {
  const head = `${type}${code === undefined ? "" : ` (${code})`}${message ? `: ${message}` : ""}`;
  const frames = stack ? stack.split("\n").map((frame) => `    ${frame}`) : [];
  const nested = [...(cause ? [cause] : []), ...errors].map((inner) => `caused by ${format(inner)}`);
  return [head, ...frames, ...nested].join("\n");
}
