import { newClientSecret } from "./client-secret.js";
import type { CreateServiceDeps } from "./create-service.js";

/** What becomes of the secrets that a service has. */
export type Rotation =
  /** The present one works beside the new one. */
  | "start"
  /** They are dropped, and so is every token of the service: somebody else has one. */
  | "at once";

/**
 * Gives a service a new secret and returns it. "unfinished": two work already. "no secrets": the service has keys instead.
 * null: there is no such service.
 */
export async function rotateSecret(
  { database, services, secretDigests, random }: CreateServiceDeps,
  name: string,
  rotation: Rotation,
): Promise<{ secret: string } | "unfinished" | "no secrets" | null> {
  return database.transaction(async (tx) => {
    const service = await services.lock(tx, name);
    if (!service) return null;
    if (service.publicKeys) return "no secrets";
    if (rotation === "start" && service.secrets.length > 1) return "unfinished";
    if (rotation === "at once") {
      await services.deleteSecrets(tx, name, "all");
      await services.change(tx, name, { refusesTokens: true });
    }
    const secret = newClientSecret(random);
    await services.addSecret(tx, name, secretDigests.digest(name, secret));
    return { secret };
  });
}

/** Drops the older one of a service's two secrets; false if it has one. The other results are those of `rotateSecret`. */
export async function finishRotation(
  { database, services }: Pick<CreateServiceDeps, "database" | "services">,
  name: string,
): Promise<boolean | "no secrets" | null> {
  return database.transaction(async (tx) => {
    const service = await services.lock(tx, name);
    if (!service) return null;
    if (service.publicKeys) return "no secrets";
    if (service.secrets.length < 2) return false;
    await services.deleteSecrets(tx, name, "older");
    return true;
  });
}
