/**
 * An error whose message may be logged: it is made of fixed words, names in our source and configuration. Nothing
 * that a caller sent, a row holds or a library says is ever part of it. The log leaves out the message of every
 * other error.
 */
export class LoggableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
