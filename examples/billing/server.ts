import { promisify } from "node:util";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { billingService, createBillingHandlers } from "./billing-service.js";
import { BILLS } from "./bills.js";
import { createIdentityClient } from "./identity-client.js";
import { createServiceTokens } from "./service-tokens.js";
import { createAuthenticate } from "./user-tokens.js";

// BillingService on ADDRESS, for users of the identity service at IDENTITY_URL. TOKEN_ISSUER is the claim `iss` of their
// tokens. `waterbill service create` prints client_id and client_secret.
const {
  ADDRESS = "127.0.0.1:9000",
  IDENTITY_URL: url = "http://localhost:8000",
  TOKEN_ISSUER: issuer = url,
  client_id: clientId,
  client_secret: clientSecret,
} = process.env;
if (!clientId || !clientSecret) throw new Error("Set client_id and client_secret.");

const authenticate = createAuthenticate({ url, issuer, audience: "waterbill" });
const identity = createIdentityClient(url, createServiceTokens({ url, clientId, clientSecret }));
const server = new Server();
server.addService(billingService, createBillingHandlers({ bills: BILLS, authenticate, identity }));

// Behind TLS: ServerCredentials.createSsl(…).
const listen = promisify(server.bindAsync.bind(server));
const port = await listen(ADDRESS, ServerCredentials.createInsecure());
console.log(`billing listens on port ${port}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => server.tryShutdown(() => identity.close()));
}
