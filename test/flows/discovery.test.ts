import { expect } from "chai";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { login } from "../../src/auth/login.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, testPassword } from "../support/test-context.js";

interface Metadata {
  issuer: string;
  jwks_uri: string;
  id_token_signing_alg_values_supported: string[];
}

/** As if a proxy served it below a path that it removes. */
const PUBLIC_URL = "https://api.example.com/identity";

describe("verifiers that know the issuer", () => {
  for (const [algorithm, kty] of Object.entries({ ES256: "EC", EdDSA: "OKP", RS256: "RSA" })) {
    describe(algorithm, () => {
      const service = useTestService({
        environment: { ...generousLimits, PUBLIC_URL, ACCESS_TOKEN_ALG: algorithm },
      });
      const reach = (url: string) => new URL(url.replace(PUBLIC_URL, service.origin));

      it("verify access tokens by what they discover", async () => {
        const { phone } = await activeUser(service.context);
        const { tokens } = await login(service.context.app, { phone, password: testPassword });
        const response = await fetch(reach(`${PUBLIC_URL}/.well-known/openid-configuration`));
        const metadata = (await response.json()) as Metadata;
        expect(metadata.issuer).to.equal(PUBLIC_URL);
        expect(metadata.jwks_uri).to.equal(`${PUBLIC_URL}/.well-known/jwks.json`);

        const { payload, protectedHeader } = await jwtVerify(
          tokens.access,
          createRemoteJWKSet(reach(metadata.jwks_uri)),
          {
            issuer: metadata.issuer,
            audience: "waterbill",
            typ: "at+jwt",
            currentDate: service.context.app.clock.now(),
            algorithms: metadata.id_token_signing_alg_values_supported,
          },
        );

        expect(protectedHeader.alg).to.equal(algorithm);
        expect(payload.phone).to.equal(phone);
      });

      it("find the key that signs and the one that stands by, and no private member", async () => {
        const { keys } = (await (await fetch(reach(`${PUBLIC_URL}/.well-known/jwks.json`))).json()) as {
          keys: Record<string, string>[];
        };
        expect(keys.map((key) => [key.kty, key.alg, key.use])).to.deep.equal([
          [kty, algorithm, "sig"],
          [kty, algorithm, "sig"],
        ]);
        for (const key of keys) expect(key).not.to.have.any.keys("d", "p", "q", "dp", "dq", "qi", "k");
      });
    });
  }

  describe("HS256", () => {
    const service = useTestService({ environment: { ...generousLimits, ACCESS_TOKEN_ALG: "HS256" } });

    it("find no key, because who verifies with it can sign", async () => {
      const response = await fetch(`${service.origin}/.well-known/jwks.json`);
      expect(await response.json()).to.deep.equal({ keys: [] });
    });
  });
});

describe("discovery over HTTP", () => {
  const service = useTestService();

  it("may be cached for five minutes, and answers HEAD", async () => {
    for (const name of ["jwks.json", "openid-configuration", "oauth-authorization-server"]) {
      for (const method of ["GET", "HEAD"]) {
        const response = await fetch(`${service.origin}/.well-known/${name}`, { method });
        expect(response.status, name).to.equal(200);
        expect(response.headers.get("cache-control"), name).to.equal("public, max-age=300");
        expect((await response.text()) === "", name).to.equal(method === "HEAD");
      }
    }
  });

  it("refuses any other method", async () => {
    const response = await fetch(`${service.origin}/.well-known/jwks.json`, { method: "POST" });
    expect(response.status).to.equal(405);
    expect(response.headers.get("allow")).to.equal("GET, HEAD");
  });
});
