import type { status } from "@grpc/grpc-js";

/** An error that callers see: its code and its message. The cause is for the log. */
export class StatusError extends Error {
  readonly code: status;

  constructor(code: status, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StatusError";
    this.code = code;
  }
}
