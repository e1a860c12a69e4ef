import { type DescMethod, type DescMethodUnary, type DescService, getOption } from "@bufbuild/protobuf";
import { ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "chai";
import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from "jose";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { Access, access } from "#gen/waterbill/options/v1/access_pb.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { API_SERVICES } from "../../src/app.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { scopesOf } from "../../src/method-access.js";
import { recordSecret } from "../support/log.js";
import { type TestService, useTestService } from "../support/service.js";
import { newService, serviceToken, tokenOf } from "../support/services.js";
import { signedIn } from "../support/test-context.js";

const METHODS: readonly DescMethod[] = API_SERVICES.flatMap((service: DescService) => service.methods);
const SCOPES = scopesOf(METHODS);

/** What callers may present. */
const KINDS = [
  "nothing",
  "garbage",
  "a user's token",
  "a staff account's token",
  "a superuser's token",
  "an expired token of a superuser",
  "a superuser's token signed with another key",
  "a superuser's refresh token",
  "a token with the scopes of a service that has them",
  "a token without scopes of a service that has them",
  "a token with scopes that its service has lost",
  "a token of a disabled service",
  "a token of a service from before its secrets were dropped",
  "an expired token of a service",
  "a service's token signed with another key",
] as const;
type Kind = (typeof KINDS)[number];

/** How a call ends that its caller is not refused for. */
const LET_THROUGH = "let through";
const REFUSALS = new Set(["UNAUTHENTICATED", "ADMIN_REQUIRED", "SUPERUSER_REQUIRED", "SCOPE_REQUIRED"]);
type Outcome =
  | typeof LET_THROUGH
  | "UNAUTHENTICATED"
  | "ADMIN_REQUIRED"
  | "SUPERUSER_REQUIRED"
  | "SCOPE_REQUIRED";

/** Who may call: all that is not named is UNAUTHENTICATED. A level that is added doesn't compile without a row here. */
const PERMITTED: Record<Exclude<Access, Access.UNSPECIFIED>, Partial<Record<Kind, Outcome>> | "everybody"> = {
  [Access.PUBLIC]: "everybody",
  [Access.OPTIONAL]: {
    nothing: LET_THROUGH,
    "a user's token": LET_THROUGH,
    "a staff account's token": LET_THROUGH,
    "a superuser's token": LET_THROUGH,
  },
  [Access.USER]: {
    "a user's token": LET_THROUGH,
    "a staff account's token": LET_THROUGH,
    "a superuser's token": LET_THROUGH,
  },
  [Access.ADMIN]: {
    "a user's token": "ADMIN_REQUIRED",
    "a staff account's token": LET_THROUGH,
    "a superuser's token": LET_THROUGH,
  },
  [Access.SUPERUSER]: {
    "a user's token": "SUPERUSER_REQUIRED",
    "a staff account's token": "SUPERUSER_REQUIRED",
    "a superuser's token": LET_THROUGH,
  },
  [Access.SERVICE]: {
    "a user's token": "SCOPE_REQUIRED",
    "a staff account's token": "SCOPE_REQUIRED",
    "a superuser's token": "SCOPE_REQUIRED",
    "a token with the scopes of a service that has them": LET_THROUGH,
    "a token without scopes of a service that has them": "SCOPE_REQUIRED",
    "a token with scopes that its service has lost": "SCOPE_REQUIRED",
  },
};

/** A USER method that is for administrators alone: they call it to become ones whom ADMIN methods take. */
const FOR_ADMINISTRATORS: readonly DescMethod[] = [AuthService.method.requestSecondFactor];

function expected(method: DescMethod, kind: Kind): Outcome {
  if (FOR_ADMINISTRATORS.includes(method) && kind === "a user's token") return "ADMIN_REQUIRED";
  const declared = getOption(method, access);
  if (declared === Access.UNSPECIFIED) throw new Error(`${method} declares no access`);
  const permitted = PERMITTED[declared];
  return permitted === "everybody" ? LET_THROUGH : (permitted[kind] ?? "UNAUTHENTICATED");
}

/** Signs the claims of a token anew with a key of another's. */
async function signedAnew(token: string): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256");
  const header = decodeProtectedHeader(token);
  return new SignJWT(decodeJwt(token)).setProtectedHeader({ ...header, alg: "ES256" }).sign(privateKey);
}

/** A token of each kind. */
async function makeTokens({ context }: TestService): Promise<Record<Kind, string | null>> {
  const { app, clock } = context;
  const administratorToken = async (isSuperuser: boolean) => {
    const { user, tokens } = await signedIn(context);
    const rights = () => ({ isStaff: true, isSuperuser });
    await setRights(app, { phone: user.phone, actor: COMMAND_LINE, rights });
    return { user, tokens };
  };
  const superuser = await administratorToken(true);
  const past = async <T>(make: () => T): Promise<T> => {
    const now = clock.now().toISOString();
    clock.advance(-3600);
    const made = await make();
    clock.set(now);
    return made;
  };
  const { sid, jti } = decodeJwt(superuser.tokens.access);
  const grant = { id: String(jti), sessionId: String(sid) };
  const deprived = await newService(context, SCOPES);
  await app.services.change(null, deprived.name, { scopes: ["none.of.these"] });
  const disabled = await newService(context, SCOPES);
  await app.services.change(null, disabled.name, { isDisabled: true });
  const robbed = await newService(context, SCOPES);
  const robbedToken = await tokenOf(context, robbed.name, SCOPES);
  await app.services.change(null, robbed.name, { refusesTokens: true });
  const whole = await newService(context, SCOPES);
  const tokens: Record<Kind, string | null> = {
    nothing: null,
    garbage: "garbage",
    "a user's token": (await signedIn(context)).tokens.access,
    "a staff account's token": (await administratorToken(false)).tokens.access,
    "a superuser's token": superuser.tokens.access,
    "an expired token of a superuser": await past(() => app.accessTokens.issue(superuser.user, grant)),
    "a superuser's token signed with another key": await signedAnew(superuser.tokens.access),
    "a superuser's refresh token": superuser.tokens.refresh,
    "a token with the scopes of a service that has them": await serviceToken(context, SCOPES),
    "a token without scopes of a service that has them": await tokenOf(context, whole.name, [
      "none.of.these",
    ]),
    "a token with scopes that its service has lost": await tokenOf(context, deprived.name, SCOPES),
    "a token of a disabled service": await tokenOf(context, disabled.name, SCOPES),
    "a token of a service from before its secrets were dropped": robbedToken,
    "an expired token of a service": await past(() => tokenOf(context, whole.name, SCOPES)),
    "a service's token signed with another key": await signedAnew(await tokenOf(context, whole.name, SCOPES)),
  };
  for (const token of Object.values(tokens)) if (token !== null) recordSecret(token);
  return tokens;
}

/** Calls a method with an empty message, or with none if it takes a stream. */
async function callEmpty(method: DescMethod, transport: Transport, headers: object): Promise<void> {
  const client = createClient(method.parent, transport) as unknown as Record<
    string,
    (input: unknown, options: object) => unknown
  >;
  const input = method.methodKind === "client_streaming" ? (async function* () {})() : {};
  const call = client[method.localName]!(input, { headers });
  if (method.methodKind !== "server_streaming") await call;
  else for await (const _ of call as AsyncIterable<unknown>) return;
}

describe("access", () => {
  const service = useTestService();
  let tokens: Record<Kind, string | null>;
  let transport: Transport;

  before(async () => {
    tokens = await makeTokens(service);
    transport = createGrpcTransport({ baseUrl: service.origin });
  });

  /** Calls a method with an empty message, and tells whether its caller was refused. */
  async function outcomeOf(method: DescMethod, token: string | null): Promise<string> {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    try {
      await callEmpty(method, transport, headers);
      return LET_THROUGH;
    } catch (error) {
      const reason = ConnectError.from(error).findDetails(ErrorInfoSchema)[0]?.reason;
      if (reason === undefined) throw error;
      return REFUSALS.has(reason) ? reason : LET_THROUGH;
    }
  }

  for (const kind of KINDS) {
    it(`with ${kind} is what each method declares`, async () => {
      const outcomes: [string, string][] = [];
      for (const method of METHODS) outcomes.push([method.name, await outcomeOf(method, tokens[kind])]);
      expect(outcomes).to.deep.equal(METHODS.map((method) => [method.name, expected(method, kind)]));
    });
  }

  it("is asked of every method of the API", () => {
    expect(METHODS.length).to.be.greaterThan(30);
    expect(METHODS.filter(({ methodKind }) => methodKind !== "unary")).not.to.have.length(0);
    expect(new Set(METHODS.map((method) => getOption(method as DescMethodUnary, access)))).to.have.length(6);
  });
});
