/** Length of a signature of P-256 in the form of JWS: `r` and `s`, 32 bytes each (RFC 7518, section 3.4). */
const HALF_BYTES = 32;

/** The order of P-256's base point (FIPS 186-5). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = Buffer.from((ORDER >> 1n).toString(16).padStart(HALF_BYTES * 2, "0"), "hex");

/**
 * Whether `s` is in the lower half. With `s`, `n - s` verifies too: if both were accepted, anybody could spell a token in
 * two ways without the key.
 */
export function isLowS(signature: Buffer): boolean {
  return signature.length === 2 * HALF_BYTES && signature.compare(HALF_ORDER, 0, HALF_BYTES, HALF_BYTES) <= 0;
}

/** The same signature with `s` in the lower half. */
export function toLowS(signature: Buffer): Buffer {
  if (isLowS(signature)) return signature;
  const s = ORDER - BigInt(`0x${signature.toString("hex", HALF_BYTES)}`);
  const low = Buffer.from(s.toString(16).padStart(HALF_BYTES * 2, "0"), "hex");
  return Buffer.concat([signature.subarray(0, HALF_BYTES), low]);
}
