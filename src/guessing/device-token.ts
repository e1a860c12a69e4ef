import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { addSeconds, epochSeconds } from "../system/clock.js";

/** Time (s) that a device token is valid after the sign-in that returned it: one year. */
const DEVICE_TTL_SECONDS = 31_536_000;

/** Format of the token, its first byte. */
const VERSION = 1;
const ID_BYTES = 16;
const DIGEST_BYTES = 16;
const MAC_BYTES = 32;
const BODY_BYTES = 1 + 4 + 4 + ID_BYTES + DIGEST_BYTES;

/** A device from which an account has signed in. */
export interface Device {
  userId: number;
  id: Buffer;
  /** Of the password hash that the token was issued with: another password voids the token. */
  passwordDigest: Buffer;
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
export function issueDevice(
  key: Uint8Array,
  device: { userId: number; id: Buffer; passwordHash: string },
  now: Date,
): string {
  const head = Buffer.alloc(9);
  head.writeUInt8(VERSION, 0);
  head.writeUInt32BE(device.userId, 1);
  head.writeUInt32BE(epochSeconds(addSeconds(now, DEVICE_TTL_SECONDS)), 5);
  const body = Buffer.concat([head, device.id, digestOf(device.passwordHash)]);
  return Buffer.concat([body, macOf(key, body)]).toString("base64url");
}

/** The device that a token names; null for one that we issued under none of `keys`, or that has expired. */
export function readDevice(keys: readonly Uint8Array[], token: string, now: Date): Device | null {
  const bytes = Buffer.from(token, "base64url");
  const isCanonical = bytes.toString("base64url") === token;
  if (!isCanonical || bytes.length !== BODY_BYTES + MAC_BYTES) return null;
  const body = bytes.subarray(0, BODY_BYTES);
  const mac = bytes.subarray(BODY_BYTES);
  if (!keys.some((key) => timingSafeEqual(mac, macOf(key, body)))) return null;
  if (body.readUInt8(0) !== VERSION || body.readUInt32BE(5) <= epochSeconds(now)) return null;
  return {
    userId: body.readUInt32BE(1),
    id: body.subarray(9, 9 + ID_BYTES),
    passwordDigest: body.subarray(9 + ID_BYTES),
  };
}

/** The id of a new device: 128 random bits. */
export function newDeviceId(random: { bytes(size: number): Buffer }): Buffer {
  return random.bytes(ID_BYTES);
}
