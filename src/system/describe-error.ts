/** An error as the log shows it. */
export interface ErrorDescription {
  type: string;
  message: string;
  stack?: string;
  cause?: ErrorDescription;
}

/** How many causes are followed; a chain may be a circle. */
const MAX_DEPTH = 5;

/**
 * The name, message and stack of an error and of its causes. Nothing else that hangs on it: database errors
 * carry the values of the statement. What looks like a phone number, a code or a token is taken out.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutSecrets(String(error)) };
  return {
    type: error.name,
    message: withoutSecrets(error.message),
    ...(error.stack && { stack: withoutSecrets(error.stack) }),
    ...(error.cause !== undefined && depth < MAX_DEPTH && { cause: describeError(error.cause, depth + 1) }),
  };
}

/** A JWT, a UUID (link tokens are), or digits enough for a code or a phone number. */
const SECRETS = /eyJ[\w-]+(\.[\w-]+)+|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|\d{6,}/gi;

function withoutSecrets(text: string): string {
  return text.replace(SECRETS, "…");
}
