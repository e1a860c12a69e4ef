import { Code } from "@connectrpc/connect";
import { expect } from "chai";
import { decodeJwt } from "jose";
import { DirectoryService } from "#gen/waterbill/identity/v1/directory_service_pb.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { openProtocolClients } from "../rpc/protocols.js";
import { useTestService } from "../support/service.js";
import { serviceToken } from "../support/services.js";
import { signedIn } from "../support/test-context.js";
import { type FlowClient, useRpcClients } from "./all-protocols.js";

const { batchGetUsers, introspectToken } = DirectoryService.method;
const SCOPES = ["users.read", "tokens.introspect"];

describe("DirectoryService", () => {
  const lines: string[] = [];
  const service = useTestService({ onLogLine: (line) => lines.push(line) });
  const clients = useRpcClients(service);
  let token: string;
  before(async () => {
    token = await serviceToken(service.context, SCOPES);
  });

  it("finds users over every protocol, and tells which ones it doesn't know", async () => {
    const { user } = await signedIn(service.context);
    for (const client of clients) {
      const byId = await client.call(batchGetUsers, { user_ids: [user.id, 999_999] }, token);
      expect(byId.data, client.name).to.have.nested.property("users[0].phone", user.phone);
      expect(byId.data, client.name).to.have.nested.property("users[0].full_name", "John Doe");
      expect(byId.data, client.name).to.have.deep.property("unknown_user_ids", [999_999]);
      const byPhone = await client.call(batchGetUsers, { phones: [`(${user.phone})`] }, token);
      expect(byPhone.data, client.name).to.have.nested.property("users[0].id", user.id);
      expect(byPhone.header.get("x-ratelimit-limit"), client.name).to.equal("100000");
    }
  });

  it("takes 500 at once and not 501", async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, n) => n + 1_000_000);
    for (const client of clients) {
      const response = await client.call(batchGetUsers, { user_ids: ids(500) }, token);
      expect(response.data, client.name).to.have.property("unknown_user_ids").with.length(500);
      const refused = await client.call(batchGetUsers, { user_ids: ids(501) }, token);
      expect(refused, client.name).to.include({ status: Code.InvalidArgument, reason: "INVALID_REQUEST" });
      expect(refused.fields, client.name).to.deep.equal({
        user_ids: "Ce champ doit contenir au maximum 500 éléments.",
      });
      const phones = ids(501).map((n) => `+23765${n}`);
      const tooMany = await client.call(batchGetUsers, { phones }, token);
      expect(Object.keys(tooMany.fields), client.name).to.deep.equal(["phones"]);
    }
  });

  it("introspects a user's token over every protocol, until its account is deactivated", async () => {
    const { user, tokens } = await signedIn(service.context);
    const read = async (client: FlowClient) =>
      (await client.call(introspectToken, { token: tokens.access }, token)).data as Record<string, unknown>;
    for (const client of clients) {
      const found = await read(client);
      expect(found, client.name).to.include({
        active: true,
        subject: String(user.id),
        user_id: user.id,
        phone: user.phone,
        full_name: "John Doe",
      });
      const [issuedAt, expiresAt] = [found.issued_at, found.expires_at].map(toSeconds);
      expect(expiresAt! - issuedAt!, client.name).to.equal(900);
    }
    await setAccountActive(service.context.app, { phone: user.phone, isActive: false, actor: COMMAND_LINE });
    for (const client of clients) expect(await read(client), client.name).to.deep.equal({});
  });

  it("introspects a service's token, and takes a refresh token and garbage for nothing", async () => {
    const { tokens } = await signedIn(service.context);
    const [client] = clients;
    const found = (await client!.call(introspectToken, { token }, token)).data;
    expect(found).to.deep.include({ active: true, scopes: SCOPES });
    for (const text of [tokens.refresh, "garbage", `Bearer ${token}`]) {
      expect((await client!.call(introspectToken, { token: text }, token)).data).to.deep.equal({});
    }
    const empty = await client!.call(introspectToken, { token: "" }, token);
    expect(empty).to.include({ status: Code.InvalidArgument, reason: "INVALID_REQUEST" });
    expect(empty.fields).to.have.property("token");
  });

  it("says in both languages that a scope is missing", async () => {
    const headers = { authorization: `Bearer ${await serviceToken(service.context, ["users.read"])}` };
    for (const client of openProtocolClients(service.origin)) {
      const french = await client.call(introspectToken, { token: "x" }, headers);
      expect(french, client.name).to.include({ code: Code.PermissionDenied, reason: "SCOPE_REQUIRED" });
      expect(french.message, client.name).to.equal("Réservé aux services autorisés.");
      const english = await client.call(
        introspectToken,
        { token: "x" },
        { ...headers, "accept-language": "en" },
      );
      expect(english.message, client.name).to.equal("Authorized services only.");
      client.close();
    }
  });

  it("logs which service called", async () => {
    lines.length = 0;
    await clients[3]!.call(batchGetUsers, { user_ids: [1] }, token);
    const { service: name } = JSON.parse(lines.find((line) => line.includes("BatchGetUsers")) ?? "{}");
    expect(decodeJwt(token)).to.include({ client_id: name });
  });
});

/** `@grpc/grpc-js` has timestamps in two numbers, seconds as a Long. */
function toSeconds(timestamp: unknown): number {
  if (typeof timestamp === "string") return Date.parse(timestamp) / 1000;
  return (timestamp as { seconds: { low: number } }).seconds.low;
}
