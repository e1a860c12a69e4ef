import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { type CreateServiceDeps, createService } from "../../src/services/create-service.js";
import type { PublicKey } from "../../src/services/service.js";

let made = 0;

/** A name of a service that no other test of this process uses. */
export function newServiceName(): string {
  made += 1;
  return `billing-${made}`;
}

/** Creates a service with public keys. */
export async function newServiceWithKeys(
  app: CreateServiceDeps,
  ...publicKeys: readonly PublicKey[]
): Promise<string> {
  const name = newServiceName();
  const created = await createService(app, { name, scopes: ["users.read"], publicKeys });
  if (created === "taken") throw new Error(`${name} is taken`);
  return name;
}

type ClientAlgorithm = "ES256" | "EdDSA" | "RS256";

/** The keys of a client. */
export interface ClientKeys {
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** The public key, as the service has it. */
  jwk: PublicKey;
}

export function newClientKeys(algorithm: ClientAlgorithm = "ES256", members: object = {}): ClientKeys {
  const pair = newPair(algorithm);
  return { ...pair, jwk: { ...pair.publicKey.export({ format: "jwk" }), ...members } };
}

function newPair(algorithm: ClientAlgorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === "EdDSA") return generateKeyPairSync("ed25519");
  if (algorithm === "RS256") return generateKeyPairSync("rsa", { modulusLength: 2048 });
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}
