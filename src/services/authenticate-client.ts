import { type ClientAssertionDeps, verifyClientAssertion } from "./client-assertion.js";
import type { SecretDigests } from "./client-secret.js";
import { findClient } from "./find-client.js";
import type { Service } from "./service.js";
import type { ServiceStore } from "./service-store.js";

export interface AuthenticateClientDeps extends ClientAssertionDeps {
  services: ServiceStore;
  secretDigests: SecretDigests;
}

/** What a client proves itself by: its secret, or an assertion that it signed. */
export type ClientProof =
  | { name: string; secret: string }
  /** `name` is null if nothing but the assertion names the client. */
  | { name: string | null; assertion: string };

/**
 * Returns the service that a client proves to be; null if it doesn't, or is disabled. A wrong secret takes as long for a
 * name without a service as for one with it.
 */
export async function authenticateClient(
  deps: AuthenticateClientDeps,
  proof: ClientProof,
): Promise<Service | null> {
  const service = await ("assertion" in proof
    ? verifyClientAssertion(deps, proof.assertion)
    : verifySecret(deps, proof));
  const isNamed = proof.name === null || proof.name === service?.name;
  return service && isNamed && service.disabledAt === null ? service : null;
}

async function verifySecret(
  { services, secretDigests }: AuthenticateClientDeps,
  { name, secret }: { name: string; secret: string },
): Promise<Service | null> {
  const service = await findClient(services, name);
  const found = secretDigests.find(service?.secrets ?? [], name, secret);
  if (!found) return null;
  const digest = secretDigests.digest(name, secret);
  // A digest under a former key becomes one under the present key.
  const isOutdated = !digest.equals(found.digest);
  if (found.isUseStale || isOutdated) await services.noteSecretUse(null, found.digest, digest);
  return service;
}
