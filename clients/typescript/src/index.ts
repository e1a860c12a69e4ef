export type { AccountExport } from "../gen/waterbill/identity/v1/account_export_pb.js";
export type { Session } from "../gen/waterbill/identity/v1/session_pb.js";
export type { User } from "../gen/waterbill/identity/v1/user_pb.js";
export type { ProfileChanges } from "./account-methods.js";
export type { CodeChallenge, Countdown } from "./challenge.js";
export { createIdentityClient, type IdentityClient, type IdentityClientOptions } from "./client.js";
export type { Clock } from "./clock.js";
export { type ClientReason, IdentityError, type IdentityErrorReason, type ServerReason } from "./error.js";
export type { WebLocks } from "./locks.js";
export type { CallOptions } from "./responses.js";
export type { Services } from "./services.js";
export type { Registration, SignIn } from "./sign-in-methods.js";
export {
  cachedStore,
  memoryStore,
  type StoredSession,
  type StoredState,
  type TokenStore,
} from "./token-store.js";
export { type WebStorage, webStorageStore } from "./web-storage-store.js";
