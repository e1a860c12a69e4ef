import { expect } from "chai";
import { SignJWT } from "jose";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { DirectoryService } from "#gen/waterbill/identity/v1/directory_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { generousLimits, useTestService } from "../support/service.js";
import { serviceToken } from "../support/services.js";
import { signedIn, testKeys } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, openAllClients, useRpcClients } from "./all-protocols.js";

const { refreshToken, logout } = AuthService.method;
const { getProfile } = ProfileService.method;
const { introspectToken } = DirectoryService.method;

/** Claims that only another program with our key issues. google.protobuf.Timestamp can't hold these times. */
const FOREIGN_CLAIMS = [
  ...[{ sid: "7" }, { jti: "one" }, { sub: "seven" }, { sub: "99999999999" }],
  ...[{ iat: 1.000_000_1 }, { iat: -1e12 }, { exp: 1e12 }, { exp: 1e300 }],
];

describe("a token with our signature and ids of another form", () => {
  // The tests have no other key of the service's.
  const service = useTestService({ environment: { ...generousLimits, ACCESS_TOKEN_ALG: "HS256" } });
  const rpcClients = useRpcClients(service);
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
      for (const claims of FOREIGN_CLAIMS) {
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

  it("is not active for a service that introspects it", async () => {
    const { tokens } = await signedIn(service.context);
    const own = await serviceToken(service.context, ["tokens.introspect"]);
    for (const client of rpcClients) {
      for (const claims of FOREIGN_CLAIMS) {
        const token = await resign(tokens.access, claims);
        expect(await accepted(client.call(introspectToken, { token }, own)), client.name).to.deep.equal({});
      }
    }
  });
});
