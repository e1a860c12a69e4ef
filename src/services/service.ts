/** An internal service: a client that calls for itself, not for a person (RFC 6749, section 4.4). */
export interface Service {
  /** Its client id too. */
  name: string;
  /** What it may do, as the methods that it calls declare it. */
  scopes: readonly string[];
  /** What its tokens must name to be accepted. */
  grantId: string;
  /** null: it may authenticate and call. */
  disabledAt: Date | null;
}

/** A public key of a service (RFC 7517). */
export type PublicKey = Readonly<Record<string, unknown>>;

/** A service with all that it can prove itself by: its secrets, or its keys. */
export interface ServiceCredentials extends Service {
  secrets: readonly { digest: Buffer; isUseStale: boolean }[];
  publicKeys: readonly PublicKey[] | null;
}

/** What a client authenticates with, checked. */
export interface CheckedProof {
  /** The service that it names; null if there is none. */
  service: ServiceCredentials | null;
  isValid: boolean;
}

/** A service, as operators see it. */
export interface ListedService extends Service {
  createdAt: Date;
  publicKeys: readonly PublicKey[] | null;
  /** Oldest first. */
  secrets: readonly { createdAt: Date; lastUsedAt: Date | null }[];
}
