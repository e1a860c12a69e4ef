import { createHash } from "node:crypto";
import type { JWTPayload, JWTVerifyGetKey } from "jose";
import { JWKSMultipleMatchingKeys, JWKSNoMatchingKey } from "jose/errors";
import { createLocalJWKSet } from "jose/jwks/local";
import { decodeJwt } from "jose/jwt/decode";
import { jwtVerify } from "jose/jwt/verify";
import type { Clock } from "../system/clock.js";
import { findClient } from "./find-client.js";
import { ASSERTION_ALGORITHMS } from "./public-keys.js";
import type { CheckedProof, PublicKey } from "./service.js";
import type { ServiceStore } from "./service-store.js";

export interface ClientAssertionDeps {
  services: ServiceStore;
  clock: Clock;
  /** What an assertion may name as its audience (RFC 7523, section 3): the issuer and the endpoints. */
  assertionAudiences: readonly string[];
}

/**
 * Longest life (s) of an assertion from now: it need not be remembered for longer. There are libraries whose assertions all
 * live for an hour.
 */
const MAX_LIFETIME_SECONDS = 3600;
/** How far (s) a service's clock may be off. */
const TOLERANCE_SECONDS = 30;
const MAX_JTI_LENGTH = 255;

const fromHex = (digits: string) => Buffer.from(digits, "hex").toString("base64url");

/**
 * Keys of no service, one for each algorithm: an assertion for which there is no key, or not one alone, is checked with one
 * of them, and takes as long to refuse as any other. Their private keys are easy to find, so a signature with one proves
 * nothing: the keys of the curves are their base points, and the modulus has small factors.
 */
const DECOY_KEYS: readonly PublicKey[] = [
  {
    kty: "EC",
    crv: "P-256",
    x: fromHex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
    y: fromHex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
  },
  { kty: "OKP", crv: "Ed25519", x: fromHex(`58${"66".repeat(31)}`) },
  { kty: "RSA", n: fromHex("c5".repeat(256)), e: "AQAB" },
];

/**
 * Finds the service that an assertion names (RFC 7523, section 2.2), whether or not it is disabled, and whether that one
 * signed it. Each works once, for whoever of many callers comes first.
 */
export async function verifyClientAssertion(
  deps: ClientAssertionDeps,
  assertion: string,
): Promise<CheckedProof> {
  const name = subjectOf(assertion);
  const service = await findClient(deps.services, name);
  const claims = await verify(deps, assertion, name, service?.publicKeys ?? []);
  if (!claims || !service) return { service, isValid: false };
  const expiresAt = new Date((claims.exp + TOLERANCE_SECONDS) * 1000);
  const digest = createHash("sha256")
    .update(JSON.stringify([service.name, claims.jti]))
    .digest();
  return { service, isValid: await deps.services.claimAssertion(null, digest, expiresAt) };
}

/** Whom the assertion names, which nothing has proved yet. */
function subjectOf(assertion: string): string {
  try {
    return String(decodeJwt(assertion).sub);
  } catch {
    return "";
  }
}

type AssertionClaims = JWTPayload & { jti: string; exp: number };

async function verify(
  { clock, assertionAudiences }: ClientAssertionDeps,
  assertion: string,
  name: string,
  keys: readonly PublicKey[],
): Promise<AssertionClaims | null> {
  const options = {
    algorithms: ASSERTION_ALGORITHMS,
    issuer: name,
    subject: name,
    audience: [...assertionAudiences],
    requiredClaims: ["exp", "jti"],
    currentDate: clock.now(),
    clockTolerance: TOLERANCE_SECONDS,
  };
  try {
    const { payload } = await jwtVerify(assertion, keySet(keys), options);
    return isForUsAlone(payload, assertionAudiences) && isBounded(payload, clock) ? payload : null;
  } catch (error) {
    // Only takes the time: the result counts for nothing.
    const hasNoKey = error instanceof JWKSNoMatchingKey || error instanceof JWKSMultipleMatchingKeys;
    if (hasNoKey) await jwtVerify(assertion, findDecoy, options).catch(() => null);
    return null;
  }
}

const keySet = (keys: readonly PublicKey[]) => createLocalJWKSet({ keys: keys as { kty: string }[] });

/** The decoys have no names. */
const findDecoy: JWTVerifyGetKey = ({ alg }, token) => keySet(DECOY_KEYS)({ alg }, token);

/** Whether every audience is ours: another server that an assertion names could send it here as its own. */
function isForUsAlone({ aud = [] }: JWTPayload, audiences: readonly string[]): boolean {
  return [aud].flat().every((name) => audiences.includes(name));
}

function isBounded(payload: JWTPayload, clock: Clock): payload is AssertionClaims {
  const { jti, exp = 0 } = payload;
  const isNamed = typeof jti === "string" && jti !== "" && jti.length <= MAX_JTI_LENGTH;
  return isNamed && exp * 1000 <= clock.now().getTime() + (MAX_LIFETIME_SECONDS + TOLERANCE_SECONDS) * 1000;
}
