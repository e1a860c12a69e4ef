import { DomainError } from "../errors.js";

/** UNAUTHENTICATED for a call without an access token, or with one that this service did not sign. */
export class UnknownTokenError extends DomainError {
  constructor() {
    super("UNAUTHENTICATED");
  }
}
