import type { IdentityError } from "#client/src/error.js";
import { useTexts } from "../messages/language.js";
import { Button } from "./button.js";

/** Failures of calls that were not made, because their user had to sign in again or to pass the second step. */
const INTERRUPTED: readonly string[] = ["SIGNED_OUT", "REAUTHENTICATION_REQUIRED"];

interface ErrorNoteProps {
  error: IdentityError | null;
  /** Fields of the request whose problems the form shows: they are not said twice. */
  fields?: readonly string[];
  onRetry?: () => void;
}

/** Says why something failed, when another try makes sense, and how the log names the call. */
export function ErrorNote({ error, fields = [], onRetry }: ErrorNoteProps) {
  const { common: texts, signIn } = useTexts();
  if (!error || error.reason === "CANCELED") return null;
  const { message, reason, retryAfterSeconds, requestId } = error;
  const wait = reason === "RATE_LIMITED" ? undefined : retryAfterSeconds;
  const isSaid = isSaidAtFields(error, fields);
  if (isSaid && wait === undefined) return null;
  return (
    <div class="note error" role="alert">
      {!isSaid && <p>{INTERRUPTED.includes(reason) ? signIn.interrupted : message}</p>}
      {wait !== undefined && <p>{texts.waitSeconds(wait)}</p>}
      {reason === "INTERNAL" && requestId && <p class="quiet">{texts.requestId(requestId)}</p>}
      {onRetry && <Button onClick={onRetry}>{texts.retry}</Button>}
    </div>
  );
}

/** Whether the form shows all that is wrong. */
function isSaidAtFields({ fields: problems }: IdentityError, shown: readonly string[]): boolean {
  const names = Object.keys(problems);
  return names.length > 0 && names.every((name) => shown.includes(name));
}
