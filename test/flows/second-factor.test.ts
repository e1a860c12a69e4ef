import {
  type DescMethod,
  type DescMethodUnary,
  type DescService,
  getOption,
  type JsonObject,
} from "@bufbuild/protobuf";
import { ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { expect } from "chai";
import { ErrorInfoSchema, LocalizedMessageSchema } from "#gen/google/rpc/error_details_pb.js";
import { AccountRole, AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { ExportFormat, WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { Access, access } from "#gen/waterbill/options/v1/access_pb.js";
import { setAccountRole } from "../../src/accounts/set-account-role.js";
import { API_SERVICES } from "../../src/app.js";
import { COMMAND_LINE, type Role } from "../../src/audit/act.js";
import { login as signIn } from "../../src/auth/login.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { administrator } from "../support/administrator.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, signedIn, testPassword } from "../support/test-context.js";
import { accepted, expectRefusal, type FlowClient, useAllClients } from "./all-protocols.js";

const { login, requestSecondFactor, confirmSecondFactor } = AuthService.method;
const { requestPhoneChange } = ProfileService.method;
const { getAccount, setAccountRole: setRole, setAccountActive } = AccountService.method;

const METHODS: readonly DescMethod[] = API_SERVICES.flatMap((service: DescService) => service.methods);
const isForAdministrators = (method: DescMethod) =>
  [Access.ADMIN, Access.SUPERUSER].includes(getOption(method, access));

const FRENCH = "Confirmez votre connexion avec le code envoyé par SMS.";
const ENGLISH = "Confirm your sign-in with the code sent by SMS.";

/** Calls a method with an empty message, or a stream without one. Resolves with the reason that it fails with, if any. */
async function reasonOf(method: DescMethod, transport: Transport, token: string): Promise<string> {
  const client = createClient(method.parent, transport) as unknown as Record<
    string,
    (input: unknown, options: object) => unknown
  >;
  const input = method.methodKind === "client_streaming" ? (async function* () {})() : {};
  try {
    const call = client[method.localName]!(input, { headers: { authorization: `Bearer ${token}` } });
    if (method.methodKind !== "server_streaming") await call;
    else for await (const _ of call as AsyncIterable<unknown>) break;
    return "none";
  } catch (error) {
    return ConnectError.from(error).findDetails(ErrorInfoSchema)[0]?.reason ?? "none";
  }
}

describe("the second step of an administrator's sign-in", () => {
  const lines: Record<string, unknown>[] = [];
  const service = useTestService({
    environment: { ...generousLimits, ADMIN_SECOND_FACTOR: "sms" },
    onLogLine: (line) => lines.push(JSON.parse(line)),
  });
  const clients = useAllClients(service);

  const giveRole = (phone: string, role: Role) =>
    setAccountRole(service.context.app, { phone, role, reason: "a test", actor: COMMAND_LINE });
  async function phoneOf(role: Role): Promise<string> {
    const { phone } = await activeUser(service.context);
    await giveRole(phone, role);
    return phone;
  }
  // Or a superuser who is demoted could be the last one.
  before(() => phoneOf("SUPERUSER"));

  const open = async (client: FlowClient, phone: string, device?: unknown) => {
    const input = { phone, password: testPassword, ...(typeof device === "string" && { device }) };
    const data = await accepted(client.call(login, input));
    const { access: token } = data.tokens as { access: string };
    return { token, device: String(data.device), isRequired: data.second_factor_required ?? false };
  };
  /** Passes the step; resolves with the device that remembers it, and until when. */
  async function pass(
    client: FlowClient,
    phone: string,
    { token, device }: { token: string; device: string },
  ) {
    const asked = await client.call(requestSecondFactor, {}, token);
    expect(asked.challenge, client.name).to.include({ attempts_left: 5, sends_left: 4, code_length: 6 });
    const code = service.context.outbox.codeFor(phone);
    return accepted(client.call(confirmSecondFactor, { code, device }, token));
  }

  it("is demanded by a method for administrators and one for superusers, over every protocol, and remembered", async () => {
    for (const client of clients) {
      const phone = await phoneOf("SUPERUSER");
      const { phone: other } = await activeUser(service.context);
      const { token, device, isRequired } = await open(client, phone);
      expect(isRequired, client.name).to.equal(true);
      const read = (by: string) => client.call(getAccount, { phone: other }, by);
      const promote = (by: string) =>
        client.call(setRole, { phone: other, role: AccountRole.STAFF, reason: "joins" }, by);
      for (const call of [read, promote]) {
        const refused = await expectRefusal(call(token), "REAUTHENTICATION_REQUIRED");
        expect(refused.message, client.name).to.equal(FRENCH);
      }

      const passed = await pass(client, phone, { token, device });
      expect(passed.device, client.name).to.be.a("string").that.is.not.equal(device);
      expect(passed, client.name).to.have.property("second_factor_expires_at");
      for (const call of [read, promote]) await accepted(call(token));

      const next = await open(client, phone, passed.device);
      expect(next.isRequired, client.name).to.equal(false);
      await accepted(read(next.token));
      const forgotten = await open(client, phone, device);
      expect(forgotten.isRequired, client.name).to.equal(true);
      await expectRefusal(read(forgotten.token), "REAUTHENTICATION_REQUIRED");
    }
  });

  it("is refused for wrong codes, with the challenge, and locked after five of them, over every protocol", async () => {
    for (const client of clients) {
      const phone = await phoneOf("STAFF");
      const { token } = await open(client, phone);
      const confirm = (code: string) => client.call(confirmSecondFactor, { code }, token);
      await expectRefusal(confirm("123456"), "CODE_INCORRECT");
      await accepted(client.call(requestSecondFactor, {}, token));
      const code = service.context.outbox.codeFor(phone);
      const wrong = code === "000000" ? "000001" : "000000";
      for (let left = 4; left >= 0; left -= 1) {
        const { challenge } = await expectRefusal(confirm(wrong), "CODE_INCORRECT");
        if (client.name !== "REST") expect(challenge, client.name).to.include({ attempts_left: left });
      }
      await expectRefusal(confirm(code), "CODE_LOCKED");
      await expectRefusal(client.call(requestSecondFactor, {}, token), "RATE_LIMITED");
      await expectRefusal(client.call(confirmSecondFactor, {}, token), "INVALID_REQUEST");
    }
  });

  it("is for administrators alone, and its methods need a token, over every protocol", async () => {
    const { tokens } = await signedIn(service.context);
    for (const client of clients) {
      const calls = (token?: string) => [
        client.call(requestSecondFactor, {}, token),
        client.call(confirmSecondFactor, { code: "123456" }, token),
      ];
      for (const call of calls(tokens.access)) await expectRefusal(call, "ADMIN_REQUIRED");
      for (const call of calls()) await expectRefusal(call, "UNAUTHENTICATED");
      const customers = await open(client, (await activeUser(service.context)).phone);
      expect(customers.isRequired, client.name).to.equal(false);
      await expectRefusal(
        client.call(getAccount, { phone: "+237670000000" }, customers.token),
        "ADMIN_REQUIRED",
      );
    }
  });

  it("leaves events in the log: who lacks it, and whose code is locked", async () => {
    const [client] = clients;
    const phone = await phoneOf("STAFF");
    const session = await open(client!, phone);
    const eventOf = async (method: DescMethodUnary, input: JsonObject) => {
      lines.length = 0;
      await client!.call(method, input, session.token);
      const { event, reason } = lines.find(({ msg }) => msg === "call") ?? {};
      return { event, reason };
    };
    const denied = { event: "access.denied", reason: "REAUTHENTICATION_REQUIRED" };
    expect(await eventOf(getAccount, { phone })).to.deep.equal(denied);
    await accepted(client!.call(requestSecondFactor, {}, session.token));
    const wrong = service.context.outbox.codeFor(phone) === "000000" ? "000001" : "000000";
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const refused = { event: undefined, reason: "CODE_INCORRECT" };
      expect(await eventOf(confirmSecondFactor, { code: wrong })).to.deep.equal(refused);
    }
    const locked = { event: "code.locked", reason: "CODE_LOCKED" };
    expect(await eventOf(confirmSecondFactor, { code: wrong })).to.deep.equal(locked);
  });

  it("is demanded by every method for administrators, and by no other one", async () => {
    const [first] = clients;
    const phones = [await phoneOf("SUPERUSER"), await phoneOf("SUPERUSER")] as const;
    const { token } = await open(first!, phones[0]);
    const passing = await open(first!, phones[1]);
    await pass(first!, phones[1], passing);
    const transport = createGrpcTransport({ baseUrl: service.origin });
    const demanding = async (of: string) => {
      const names: string[] = [];
      for (const method of METHODS) {
        if ((await reasonOf(method, transport, of)) === "REAUTHENTICATION_REQUIRED") names.push(method.name);
      }
      return names;
    };
    const names = METHODS.filter(isForAdministrators).map(({ name }) => name);
    expect(names.length).to.be.greaterThan(20);
    expect(await demanding(token)).to.deep.equal(names);
    expect(await demanding(passing.token)).to.deep.equal([]);
  });

  it("is demanded by streams before anything is read, over every protocol that has them", async () => {
    const [first] = clients;
    const phone = await phoneOf("STAFF");
    const { token, device } = await open(first!, phone);
    const headers = { authorization: `Bearer ${token}`, "accept-language": "en" };
    const transports = {
      gRPC: createGrpcTransport({ baseUrl: service.origin }),
      "gRPC-Web": createGrpcWebTransport({ baseUrl: service.origin, httpVersion: "1.1" }),
      "Connect JSON": createConnectTransport({
        baseUrl: service.origin,
        httpVersion: "2",
        useBinaryFormat: false,
      }),
    };
    async function* file() {
      yield { csv: Buffer.from("phone\n") };
    }
    const calls = Object.entries(transports).flatMap(([name, transport]) => {
      const client = createClient(WhitelistService, transport);
      const read = async () => {
        const request = { format: ExportFormat.CSV };
        for await (const _ of client.exportWhitelistEntries(request, { headers })) break;
      };
      const write = () => client.importWhitelistEntries(file(), { headers });
      return [
        { name: `${name}, export`, call: read },
        { name: `${name}, import`, call: write },
      ];
    });
    const rest = (httpMethod: string, path: string) =>
      fetch(`${service.origin}/api/auth/admin/whitelist/${path}`, {
        method: httpMethod,
        headers: { ...headers, "content-type": "text/csv" },
        ...(httpMethod === "POST" && { body: "phone\n" }),
      });
    for (const { name, call } of calls) {
      const error = await call().then(
        () => null,
        (reason: unknown) => ConnectError.from(reason),
      );
      expect(error?.findDetails(ErrorInfoSchema)[0]?.reason, name).to.equal("REAUTHENTICATION_REQUIRED");
      expect(error?.findDetails(LocalizedMessageSchema)[0]?.message, name).to.equal(ENGLISH);
    }
    for (const response of [await rest("GET", "export/"), await rest("POST", "import/")]) {
      expect([response.status, await response.json()]).to.deep.equal([
        403,
        { status: "error", message: ENGLISH, data: {} },
      ]);
    }

    await pass(first!, phone, { token, device });
    for (const { call } of calls) await call();
    for (const response of [await rest("GET", "export/"), await rest("POST", "import/")]) {
      expect(response.status).to.equal(200);
      await response.text();
    }
  });

  it("is demanded for the change of an administrator's number, over every protocol, and of no customer", async () => {
    const free = async () => {
      const phone = newPhone();
      await addEntry(service.context.app, { phone, notes: "", isActive: true, actor: null });
      return phone;
    };
    const ask = async (client: FlowClient, token: string) => {
      const input = { new_phone: await free(), current_password: testPassword };
      return client.call(requestPhoneChange, input, token);
    };
    for (const client of clients) {
      const phone = await phoneOf("STAFF");
      const session = await open(client, phone);
      const refused = await expectRefusal(ask(client, session.token), "REAUTHENTICATION_REQUIRED");
      expect(refused.message, client.name).to.equal(FRENCH);
      await pass(client, phone, session);
      await accepted(ask(client, session.token));
      const { tokens } = await signedIn(service.context);
      await accepted(ask(client, tokens.access));
    }
  });

  it("is demanded of sessions that were opened before it was", async () => {
    const { phone } = (await administrator(service.context)).user;
    const { tokens, needsSecondFactor } = await signIn(
      { ...service.context.app, demandsSecondFactor: false },
      { phone, password: testPassword },
    );
    expect(needsSecondFactor).to.equal(false);
    for (const client of clients) {
      await expectRefusal(client.call(getAccount, { phone }, tokens.access), "REAUTHENTICATION_REQUIRED");
    }
  });

  it("is lost with the rights: a demoted administrator is signed out over every protocol", async () => {
    for (const client of clients) {
      const [phone, root] = [await phoneOf("STAFF"), await phoneOf("SUPERUSER")];
      const session = await open(client, phone);
      const { device } = await pass(client, phone, session);
      await accepted(client.call(getAccount, { phone }, session.token));
      const rootSession = await open(client, root);
      await pass(client, root, rootSession);
      const demote = { phone, role: AccountRole.CUSTOMER, reason: "leaves" };
      const demoted = await accepted(client.call(setRole, demote, rootSession.token));
      expect(Number(demoted.revoked_count), client.name).to.equal(1);
      for (const other of clients) {
        await expectRefusal(other.call(getAccount, { phone }, session.token), "UNAUTHENTICATED");
      }
      await giveRole(phone, "STAFF");
      const next = await open(client, phone, device);
      expect(next.isRequired, client.name).to.equal(true);
      await expectRefusal(
        client.call(setAccountActive, { phone, is_active: false }, next.token),
        "REAUTHENTICATION_REQUIRED",
      );
    }
  });
});

describe("the second step, where it isn't demanded,", () => {
  const service = useTestService();
  const clients = useAllClients(service);

  it("is not asked for, over any protocol", async () => {
    const { user } = await administrator(service.context);
    for (const client of clients) {
      const input = { phone: user.phone, password: testPassword };
      const data = await accepted(client.call(login, input));
      expect(data.second_factor_required ?? false, client.name).to.equal(false);
      const { access: token } = data.tokens as { access: string };
      await accepted(client.call(getAccount, { phone: user.phone }, token));
    }
  });
});
