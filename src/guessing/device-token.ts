import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { addSeconds, type Clock, epochSeconds } from "../system/clock.js";
import type { Random } from "../system/random.js";

/** Time (s) that a device token is valid after the sign-in that returned it: one year. */
export const DEVICE_TTL_SECONDS = 31_536_000;

/** Formats of the token, its first byte: without and with the time of the second step. */
const PLAIN_VERSION = 1;
const SECOND_FACTOR_VERSION = 2;
/** Random, so that nobody guesses the id of a device. */
const ID_BYTES = 16;
const DIGEST_BYTES = 16;
const MAC_BYTES = 32;
const PLAIN_BYTES = 1 + 4 + 4 + ID_BYTES + DIGEST_BYTES;
/** Milliseconds since the epoch. */
const TIME_BYTES = 6;
const BODY_BYTES = new Map([
  [PLAIN_VERSION, PLAIN_BYTES],
  [SECOND_FACTOR_VERSION, PLAIN_BYTES + TIME_BYTES],
]);

/** A device from which an account has signed in. */
export interface Device {
  userId: number;
  id: Buffer;
  /** Of the password hash that the token was issued with: another password voids the token. */
  passwordDigest: Buffer;
  /** When the account passed the second step of its sign-in on the device; null: it did not. */
  secondFactorAt: Date | null;
}

/** An account that has proved itself on a device. */
interface DeviceOwner {
  userId: number;
  passwordHash: string;
  /** When it passed the second step on the device, if that still counts. */
  secondFactorAt: Date | null;
}

/** The first 16 bytes of SHA-256. The hash has a random salt of 128 bits, so its digest helps nobody to guess. */
function digestOf(passwordHash: string): Buffer {
  return createHash("sha256").update(passwordHash, "utf8").digest().subarray(0, DIGEST_BYTES);
}

/** 256-bit HMAC, infeasible to forge. */
function macOf(key: Uint8Array, body: Buffer): Buffer {
  return createHmac("sha256", key).update("device:").update(body).digest();
}

/** Issues a token for a device of an account, valid for a year from `now`, and until the password changes. */
export function issueDevice(key: Uint8Array, device: DeviceOwner & { id: Buffer }, now: Date): string {
  const { userId, id, passwordHash, secondFactorAt } = device;
  const head = Buffer.alloc(9);
  head.writeUInt8(secondFactorAt ? SECOND_FACTOR_VERSION : PLAIN_VERSION, 0);
  head.writeUInt32BE(userId, 1);
  head.writeUInt32BE(epochSeconds(addSeconds(now, DEVICE_TTL_SECONDS)), 5);
  const time = Buffer.alloc(secondFactorAt ? TIME_BYTES : 0);
  if (secondFactorAt) time.writeUIntBE(secondFactorAt.getTime(), 0, TIME_BYTES);
  const body = Buffer.concat([head, id, digestOf(passwordHash), time]);
  return Buffer.concat([body, macOf(key, body)]).toString("base64url");
}

/** The device that a token names; null for one that we issued under none of `keys`, or that has expired. */
export function readDevice(keys: readonly Uint8Array[], token: string, now: Date): Device | null {
  const bytes = Buffer.from(token, "base64url");
  const isCanonical = bytes.toString("base64url") === token;
  if (!isCanonical || bytes.length !== (BODY_BYTES.get(bytes[0] ?? 0) ?? 0) + MAC_BYTES) return null;
  const body = bytes.subarray(0, -MAC_BYTES);
  const mac = bytes.subarray(-MAC_BYTES);
  if (!keys.some((key) => timingSafeEqual(mac, macOf(key, body)))) return null;
  if (body.readUInt32BE(5) <= epochSeconds(now)) return null;
  const hasTime = body.length > PLAIN_BYTES;
  return {
    userId: body.readUInt32BE(1),
    id: body.subarray(9, 9 + ID_BYTES),
    passwordDigest: body.subarray(9 + ID_BYTES, PLAIN_BYTES),
    secondFactorAt: hasTime ? new Date(body.readUIntBE(PLAIN_BYTES, TIME_BYTES)) : null,
  };
}

export interface DeviceDeps {
  random: Random;
  clock: Clock;
  /** HMAC key of new tokens. */
  codeKey: Uint8Array;
  /** Each may be the key of a token. */
  codeKeys: readonly Uint8Array[];
}

/** Issues a token for the device that showed `token`. It keeps its id if it is one of the account. */
export function renewDevice(deps: DeviceDeps, token: string, owner: DeviceOwner): string {
  const now = deps.clock.now();
  const known = readDevice(deps.codeKeys, token, now);
  const id = known?.userId === owner.userId ? known.id : deps.random.bytes(ID_BYTES);
  return issueDevice(deps.codeKey, { ...owner, id }, now);
}

/**
 * When the account passed the second step on the device that showed `token`; null if it did not, or has another password
 * since. Whether that still counts is the database's to say (`SessionStore.open`).
 */
export function secondFactorOf(
  deps: Pick<DeviceDeps, "clock" | "codeKeys">,
  token: string,
  { userId, passwordHash }: Pick<DeviceOwner, "userId" | "passwordHash">,
): Date | null {
  const device = readDevice(deps.codeKeys, token, deps.clock.now());
  const isOwn = device?.userId === userId && device.passwordDigest.equals(digestOf(passwordHash));
  return isOwn ? device.secondFactorAt : null;
}
