import { describeError, type ErrorDescription } from "./describe-error.js";

/** What the log may hold of an error, as Node prints it: a line, the stack, then its causes. */
export function formatError(error: unknown): string {
  return formatDescription(describeError(error));
}

/** The same of an error that is described already. */
export function formatDescription(description: ErrorDescription): string {
  const { type, code, message, stack, cause, errors = [] } = description;
  const head = `${type}${code === undefined ? "" : ` (${code})`}${message ? `: ${message}` : ""}`;
  const frames = stack ? stack.split("\n").map((frame) => `    ${frame}`) : [];
  const nested = [...(cause ? [cause] : []), ...errors].map(
    (inner) => `caused by ${formatDescription(inner)}`,
  );
  return [head, ...frames, ...nested].join("\n");
}
