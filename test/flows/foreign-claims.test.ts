import { expect } from "chai";
import { SignJWT } from "jose";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { generousLimits, useTestService } from "../support/service.js";
import { signedIn, testKeys } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, openAllClients } from "./all-protocols.js";

const { refreshToken, logout } = AuthService.method;
const { getProfile } = ProfileService.method;

describe("a token with our signature and ids of another form", () => {
  // The tests have no other key of the service's.
  const service = useTestService({ environment: { ...generousLimits, ACCESS_TOKEN_ALG: "HS256" } });
  let protocols: FlowClient[];
  before(() => {
    protocols = openAllClients(service.origin);
  });
  after(() => {
    for (const protocol of protocols) protocol.close();
  });

  /** A token of the service's with other claims, signed with its key. */
  async function resign(token: string, claims: object): Promise<string> {
    const [header, payload] = token
      .split(".", 2)
      .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
    return new SignJWT({ ...payload, ...claims })
      .setProtectedHeader(header)
      .sign(Buffer.from(testKeys.token));
  }

  it("is UNAUTHENTICATED, or REFRESH_REJECTED, through every protocol", async () => {
    const { tokens } = await signedIn(service.context);
    for (const protocol of protocols) {
      for (const claims of [{ sid: "7" }, { jti: "one" }, { sub: "seven" }, { sub: "99999999999" }]) {
        const access = await resign(tokens.access, claims);
        const refresh = await resign(tokens.refresh, claims);
        await expectRefusal(protocol.call(getProfile, {}, access), "UNAUTHENTICATED");
        await expectRefusal(protocol.call(refreshToken, { refresh }), "REFRESH_REJECTED");
        await expectRefusal(protocol.call(logout, { refresh }, tokens.access), "REFRESH_REJECTED");
      }
      const profile = await accepted(protocol.call(getProfile, {}, await resign(tokens.access, {})));
      expect(profile, protocol.name).to.have.property("user");
    }
  });
});
