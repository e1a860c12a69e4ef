import { type ClientAssertionDeps, verifyClientAssertion } from "./client-assertion.js";
import type { SecretDigests } from "./client-secret.js";
import { findClient } from "./find-client.js";
import type { CheckedProof, Service } from "./service.js";
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

/** Why a client is refused: for the log alone, because clients are not told. */
export type ClientRefusal = "unknown_service" | "wrong_proof" | "disabled_service";

/** The service that a client is; if it is refused, why, and the service that it named, if there is one. */
export type ClientAuthentication =
  | { client: Service }
  | { client: null; refusal: ClientRefusal; named: string | null };

/**
 * Finds the service that a client proves to be. A wrong secret takes as long for a name without a service as for one with
 * it.
 */
export async function authenticateClient(
  deps: AuthenticateClientDeps,
  proof: ClientProof,
): Promise<ClientAuthentication> {
  const { service, isValid } = await ("assertion" in proof
    ? verifyClientAssertion(deps, proof.assertion)
    : verifySecret(deps, proof));
  if (!service) return { client: null, refusal: "unknown_service", named: null };
  const isNamed = proof.name === null || proof.name === service.name;
  if (!isValid || !isNamed) return { client: null, refusal: "wrong_proof", named: service.name };
  if (service.disabledAt !== null) return { client: null, refusal: "disabled_service", named: service.name };
  return { client: service };
}

async function verifySecret(
  { services, secretDigests }: AuthenticateClientDeps,
  { name, secret }: { name: string; secret: string },
): Promise<CheckedProof> {
  const service = await findClient(services, name);
  const found = secretDigests.find(service?.secrets ?? [], name, secret);
  if (!found) return { service, isValid: false };
  const digest = secretDigests.digest(name, secret);
  // A digest under a former key becomes one under the present key.
  const isOutdated = !digest.equals(found.digest);
  if (found.isUseStale || isOutdated) await services.noteSecretUse(null, found.digest, digest);
  return { service, isValid: true };
}
