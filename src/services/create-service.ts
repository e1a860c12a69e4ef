import type { Database } from "../db/database.js";
import type { Random } from "../system/random.js";
import { newClientSecret, type SecretDigests } from "./client-secret.js";
import type { PublicKey } from "./service.js";
import type { ServiceStore } from "./service-store.js";

export interface CreateServiceDeps {
  database: Database;
  services: ServiceStore;
  secretDigests: SecretDigests;
  random: Random;
}

interface NewService {
  name: string;
  scopes: readonly string[];
  /** null: the service gets a secret. */
  publicKeys: readonly PublicKey[] | null;
}

/** Creates a service. Returns its secret, or null if it has keys; "taken" if there is one of this name, disabled or not. */
export async function createService(
  { database, services, secretDigests, random }: CreateServiceDeps,
  service: NewService,
): Promise<{ secret: string | null } | "taken"> {
  return database.transaction(async (tx) => {
    if (!(await services.create(tx, service))) return "taken";
    if (service.publicKeys) return { secret: null };
    const secret = newClientSecret(random);
    await services.addSecret(tx, service.name, secretDigests.digest(service.name, secret));
    return { secret };
  });
}
