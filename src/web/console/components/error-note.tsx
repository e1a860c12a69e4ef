import type { IdentityError } from "#client/src/error.js";
import { useTexts } from "../messages/language.js";
import { Button } from "./button.js";

/** Failures of calls that were not made, because their user had to sign in again or to pass the second step. */
const INTERRUPTED: readonly string[] = ["SIGNED_OUT", "REAUTHENTICATION_REQUIRED"];

/** Says why something failed, when another try makes sense, and how the log names the call. */
export function ErrorNote({ error, onRetry }: { error: IdentityError | null; onRetry?: () => void }) {
  const { common: texts, signIn } = useTexts();
  if (!error || error.reason === "CANCELED") return null;
  const { message, retryAfterSeconds, requestId } = error;
  return (
    <div class="note error" role="alert">
      <p>{INTERRUPTED.includes(error.reason) ? signIn.interrupted : message}</p>
      {retryAfterSeconds !== undefined && error.reason !== "RATE_LIMITED" && (
        <p>{texts.waitSeconds(retryAfterSeconds)}</p>
      )}
      {error.reason === "INTERNAL" && requestId && <p class="quiet">{texts.requestId(requestId)}</p>}
      {onRetry && <Button onClick={onRetry}>{texts.retry}</Button>}
    </div>
  );
}
