import { SERVICE_NAME } from "../sessions/token-claims.js";
import type { ServiceCredentials } from "./service.js";
import type { ServiceStore } from "./service-store.js";

/** Finds the service with a client id, which may be any text: PostgreSQL can't take all of it. */
export async function findClient(
  services: ServiceStore,
  clientId: string,
): Promise<ServiceCredentials | null> {
  return SERVICE_NAME.test(clientId) ? services.findCredentials(null, clientId) : null;
}
