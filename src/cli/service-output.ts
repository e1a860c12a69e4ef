import type { ListedService } from "../services/service.js";
import { UsageError } from "../startup-error.js";
import type { Runner } from "./runner.js";

export function unknownService(name: string): UsageError {
  return new UsageError(`There is no service ${name}: see \`service list\`.`);
}

/** What a service needs to authenticate; the secret is null for one that has keys. */
export function secretLines({ isJson }: Runner, name: string, secret: string | null): string[] {
  if (isJson)
    return [`${JSON.stringify({ client_id: name, ...(secret !== null && { client_secret: secret }) })}\n`];
  return [`client_id=${name}\n`, ...(secret === null ? [] : [`client_secret=${secret}\n`])];
}

const stateOf = ({ disabledAt }: ListedService) => (disabledAt ? "disabled" : "enabled");
const authMethodOf = ({ publicKeys }: ListedService) =>
  publicKeys ? "private_key_jwt" : "client_secret_basic";

export function serviceJson(service: ListedService): string {
  const json = {
    client_id: service.name,
    state: stateOf(service),
    scopes: service.scopes,
    auth_method: authMethodOf(service),
    created_at: service.createdAt,
    disabled_at: service.disabledAt,
    keys: service.publicKeys?.map(({ kid }) => kid ?? null) ?? [],
    secrets: service.secrets.map(({ createdAt, lastUsedAt }) => ({
      created_at: createdAt,
      last_used_at: lastUsedAt,
    })),
  };
  return `${JSON.stringify(json)}\n`;
}

export function serviceLine(service: ListedService): string {
  const secrets = service.secrets.map(
    ({ createdAt, lastUsedAt }) => `${createdAt.toISOString()} used ${lastUsedAt?.toISOString() ?? "never"}`,
  );
  const keys = service.publicKeys?.map(({ kid }) => String(kid ?? "-")) ?? [];
  const columns = [service.name, stateOf(service), service.scopes.join(" "), authMethodOf(service)];
  return `${[...columns, ...keys, ...secrets].join("\t")}\n`;
}
