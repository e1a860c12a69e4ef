import { expect } from "chai";
import type { Caller } from "../../src/caller.js";
import { createDiscovery, type DiscoveryDeps } from "../../src/oauth/discovery.js";
import type { PublishedKey } from "../../src/signing-keys/signing-key.js";

const KEY: PublishedKey = { kty: "EC", crv: "P-256", x: "eA", y: "eQ", kid: "k1", alg: "ES256", use: "sig" };

const DEPS: DiscoveryDeps = {
  issuer: "https://api.example.com/identity",
  publicUrl: "https://api.example.com/identity",
  accessAlgorithm: "ES256",
  scopes: ["tokens.introspect", "users.read"],
  publishedKeys: () => [KEY],
};

async function get(path: string, deps: Partial<DiscoveryDeps> = {}) {
  const resource = createDiscovery({ ...DEPS, ...deps }).get(path);
  if (!resource) return null;
  const { body, ...response } = await resource({} as Caller, {}, new URLSearchParams());
  return { ...response, content: JSON.parse(String(body)) as Record<string, unknown> };
}

describe("discovery", () => {
  it("has the keys as they are at the moment", async () => {
    const keys: PublishedKey[] = [];
    const publishedKeys = () => keys;
    expect(await get("/.well-known/jwks.json", { publishedKeys })).to.have.nested.property("content.keys")
      .empty;
    keys.push(KEY);
    const response = await get("/.well-known/jwks.json", { publishedKeys });
    expect(response?.contentType).to.equal("application/jwk-set+json");
    expect(response?.content).to.deep.equal({ keys: [KEY] });
  });

  it("names issuer, keys and algorithm to both kinds of verifiers", async () => {
    for (const name of ["openid-configuration", "oauth-authorization-server"]) {
      const response = await get(`/.well-known/${name}`);
      expect(response?.contentType, name).to.equal("application/json");
      expect(response?.content, name).to.include({
        issuer: "https://api.example.com/identity",
        jwks_uri: "https://api.example.com/identity/.well-known/jwks.json",
      });
      expect(response?.content.id_token_signing_alg_values_supported, name).to.deep.equal(["ES256"]);
      expect(response?.content, name).to.deep.include({
        token_endpoint: "https://api.example.com/identity/oauth2/token",
        introspection_endpoint: "https://api.example.com/identity/oauth2/introspect",
        grant_types_supported: ["client_credentials"],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "private_key_jwt"],
        scopes_supported: ["tokens.introspect", "users.read"],
      });
    }
  });

  it("is found where the path of the issuer follows the well-known one, too", async () => {
    for (const name of ["openid-configuration", "oauth-authorization-server"]) {
      const path = `/.well-known/${name}/identity`;
      expect(await get(path), name).to.deep.equal(await get(`/.well-known/${name}`));
      expect(await get(path, { issuer: "https://api.example.com/" }), name).to.equal(null);
      expect(await get(path, { issuer: "waterbill" }), name).to.equal(null);
    }
  });

  it("names the keys once, however the public address ends", async () => {
    const response = await get("/.well-known/openid-configuration", { publicUrl: "https://id.example.com/" });
    expect(response?.content.jwks_uri).to.equal("https://id.example.com/.well-known/jwks.json");
  });

  it("may be kept by anybody for five minutes", async () => {
    for (const path of ["/.well-known/jwks.json", "/.well-known/openid-configuration"]) {
      expect((await get(path))?.headers, path).to.include({ "cache-control": "public, max-age=300" });
    }
  });
});
