import type { AppContext } from "../../src/context.js";
import { createService } from "../../src/services/create-service.js";
import { recordSecret } from "./log.js";
import type { TestContext } from "./test-context.js";

let services = 0;

/** A new internal service with a secret. */
export async function newService(
  { app }: TestContext,
  scopes: readonly string[],
): Promise<{ name: string; secret: string }> {
  services += 1;
  const name = `service-${process.pid}-${services}`;
  const created = await createService(app, { name, scopes, publicKeys: null });
  if (created === "taken" || created.secret === null) throw new Error("the service has no secret");
  recordSecret(created.secret);
  return { name, secret: created.secret };
}

/** An access token of a new internal service. */
export async function serviceToken(context: TestContext, scopes: readonly string[]): Promise<string> {
  const { name } = await newService(context, scopes);
  return tokenOf(context, name, scopes);
}

/** An access token of the service with this name as it is now, by default with the scopes that it has. */
export async function tokenOf(
  { app }: { app: Pick<AppContext, "services" | "accessTokens"> },
  service: string,
  scopes?: readonly string[],
): Promise<string> {
  const found = await app.services.find(null, service);
  if (!found) throw new Error(`there is no service ${service}`);
  const { grantId } = found;
  const token = app.accessTokens.issueForService({ service, scopes: scopes ?? found.scopes, grantId });
  recordSecret(token);
  return token;
}
