import { expect } from "chai";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import {
  allowInsecureRequests,
  ClientSecretBasic,
  type Configuration,
  clientCredentialsGrant,
  discovery,
  PrivateKeyJwt,
  ResponseBodyError,
  tokenIntrospection,
} from "openid-client";
import { createService } from "../../src/services/create-service.js";
import { systemClock } from "../../src/system/clock.js";
import { useFixture } from "../support/fixture.js";
import { recordSecret } from "../support/log.js";
import { rejection } from "../support/rejection.js";
import { freePort } from "../support/server-process.js";
import { generousLimits, useTestService } from "../support/service.js";
import { newService } from "../support/services.js";
import { signedIn } from "../support/test-context.js";

const SCOPES = ["users.read", "tokens.introspect"];

describe("an OAuth client from npm", () => {
  const place = useFixture(
    async () => ({ port: await freePort() }),
    () => {},
  );
  const service = useTestService({
    environment: () => ({
      ...generousLimits,
      PORT: String(place.port),
      PUBLIC_URL: `http://127.0.0.1:${place.port}`,
    }),
  });
  // The client signs its assertions by the real time.
  before(() => service.context.clock.set(systemClock.now().toISOString()));

  const discover = (name: string, auth: ReturnType<typeof ClientSecretBasic>) =>
    discovery(new URL(service.origin), name, {}, auth, { execute: [allowInsecureRequests] });

  async function useToken(client: Configuration, name: string): Promise<void> {
    const grant = await clientCredentialsGrant(client, { scope: "users.read" });
    recordSecret(grant.access_token);
    expect(grant).to.include({ token_type: "bearer", expires_in: 600, scope: "users.read" });
    const { user, tokens } = await signedIn(service.context);
    const response = await fetch(`${service.origin}/waterbill.identity.v1.DirectoryService/BatchGetUsers`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${grant.access_token}` },
      body: JSON.stringify({ userIds: [user.id] }),
    });
    expect(await response.json()).to.have.nested.property("users[0].fullName", "John Doe");
    const found = await tokenIntrospection(client, tokens.access);
    expect(found).to.include({ active: true, sub: String(user.id) });
    const own = await tokenIntrospection(client, grant.access_token);
    expect(own).to.include({ active: true, client_id: name, scope: "users.read" });
  }

  it("finds the endpoints, gets a token by secret and uses it", async () => {
    const { name, secret } = await newService(service.context, SCOPES);
    await useToken(await discover(name, ClientSecretBasic(secret)), name);
  });

  for (const algorithm of ["ES256", "EdDSA", "RS256"]) {
    it(`gets a token by an assertion that it signs with ${algorithm}, and uses it`, async () => {
      const { publicKey, privateKey } = await generateKeyPair(algorithm);
      const jwk = await exportJWK(publicKey);
      const kid = await calculateJwkThumbprint(jwk);
      const name = `keys-${algorithm.toLowerCase()}`;
      await createService(service.context.app, { name, scopes: SCOPES, publicKeys: [{ ...jwk, kid }] });
      await useToken(await discover(name, PrivateKeyJwt({ key: privateKey, kid })), name);
    });
  }

  it("is told what is wrong", async () => {
    const { name, secret } = await newService(service.context, SCOPES);
    const wrong = await discover(name, ClientSecretBasic("wrong"));
    expect(await rejection(clientCredentialsGrant(wrong))).to.have.nested.property("cause.0.scheme", "basic");
    const right = await discover(name, ClientSecretBasic(secret));
    const error = await rejection(clientCredentialsGrant(right, { scope: "everything" }));
    expect(error).to.be.instanceOf(ResponseBodyError);
    expect(error).to.include({ error: "invalid_scope", status: 400 });
  });
});
