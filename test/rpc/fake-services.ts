import { create, type DescService } from "@bufbuild/protobuf";
import { TimestampSchema, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter, HandlerContext, Interceptor, ServiceImpl } from "@connectrpc/connect";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { Format } from "#gen/waterbill/options/v1/format_pb.js";
import type { Principal, ServicePrincipal } from "../../src/caller.js";
import { DomainError } from "../../src/errors.js";
import { createInterceptors } from "../../src/rpc/interceptors/chain.js";
import type { FormatChecks } from "../../src/rpc/interceptors/field-formats.js";
import { createLogger } from "../../src/system/logger.js";
import { NO_METRICS } from "../../src/telemetry/metrics.js";
import { type PhoneRules, parsePhone, phoneKey } from "../../src/users/phone-number.js";
import { parseLinkToken } from "../../src/verification/link-token.js";

/** What the services behind rpc/ and rest/ have received, and what they do. */
export interface FakeServices {
  routes(router: ConnectRouter): void;
  /** The messages that arrived, oldest first. */
  readonly received: { $typeName: string }[];
  /** Runs before each response; the call fails with what it throws. */
  before: (context: HandlerContext) => void | Promise<void>;
}

const john = {
  id: 7,
  phone: "+675799743",
  firstName: "John",
  lastName: "Doe",
  fullName: "John Doe",
  address: "123 Main St, Port Moresby",
  dateJoined: timestampFromDate(new Date("2024-01-15T10:30:00Z")),
  isActive: true,
};

/** Binary can't encode a negative id, and JSON no year beyond 9999. */
const unencodable = { ...john, id: -1, dateJoined: create(TimestampSchema, { seconds: 10n ** 15n }) };

const tokens = {
  access: "an-access-token",
  refresh: "a-refresh-token",
  accessExpiresIn: 900,
  refreshExpiresIn: 604_800,
};

/** Services that respond at once, with the same data for every caller. */
export function fakeServices(): FakeServices {
  const received: { $typeName: string }[] = [];
  const fake: FakeServices = { received, before: () => {}, routes };

  function respond<Response>(value: Response) {
    return async (request: { $typeName: string }, context: HandlerContext): Promise<Response> => {
      received.push(request);
      await fake.before(context);
      return value;
    };
  }

  /** Every method of a service; the default response is empty. */
  function implement<Desc extends DescService>(
    service: Desc,
    responses: Partial<ServiceImpl<Desc>>,
  ): Partial<ServiceImpl<Desc>> {
    const empty = Object.fromEntries(service.methods.map(({ localName }) => [localName, respond({})]));
    return { ...(empty as Partial<ServiceImpl<Desc>>), ...responses };
  }

  const auth = implement(AuthService, {
    activate: (request, context) => {
      return respond({ user: request.code === "unencodable" ? unencodable : john })(request, context);
    },
    login: respond({ user: john, tokens }),
    refreshToken: respond(tokens),
  });
  const profile = implement(ProfileService, {
    getProfile: respond({ user: john }),
    updateProfile: respond({ user: john }),
    confirmPhoneChange: respond({ newPhone: "+237670000002" }),
  });

  const accounts = implement(AccountService, {
    listAccounts: respond({ accounts: [john], nextPageToken: "next" }),
  });

  function routes(router: ConnectRouter): void {
    router.service(AuthService, auth).service(ProfileService, profile).service(AccountService, accounts);
  }
  return fake;
}

/** The tokens of users. */
const USER_TOKENS = new Set(["john", "admin", "root"]);

/** Accepts the tokens `john`, `admin` (a staff account) and `root` (a superuser). */
export async function fakeAuthenticate(token: string): Promise<Principal> {
  if (!USER_TOKENS.has(token)) throw new DomainError("UNAUTHENTICATED");
  const rights = { isStaff: token === "admin", isSuperuser: token === "root" };
  const session = { sessionId: "a-session", sessionAgeSeconds: 0, hasSecondFactor: false };
  return { ...session, user: { ...userOfJohn, ...rights } };
}

/** Knows the service that may read users. */
export async function fakeVerifyService(token: string): Promise<ServicePrincipal> {
  if (USER_TOKENS.has(token)) throw new DomainError("SCOPE_REQUIRED");
  if (token !== "billing" && token !== "idle") throw new DomainError("UNAUTHENTICATED");
  return { name: token, scopes: token === "billing" ? ["users.read"] : [] };
}

const userOfJohn = {
  id: 7,
  phone: john.phone,
  firstName: "John",
  lastName: "Doe",
  email: null,
  address: null,
  apartmentName: null,
  dateJoined: new Date("2024-01-15T10:30:00Z"),
  lastLogin: null,
  isActive: true,
  isStaff: false,
  isSuperuser: false,
};

const PHONE_RULES: PhoneRules = { defaultRegion: undefined, policy: "length" };

/** The formats of the service with its default rules for phone numbers. */
export const testFormats: FormatChecks = {
  [Format.PHONE]: (text, field) => parsePhone(PHONE_RULES, text, field),
  [Format.LINK_TOKEN]: parseLinkToken,
};

/** All interceptors, with limits that allow every call; `lines` collects the log. */
export function testInterceptors(
  lines: string[] = [],
  limitCalls: Interceptor = (next) => next,
): Interceptor[] {
  return createInterceptors({
    metrics: NO_METRICS,
    logger: createLogger("trace", { write: (line) => void lines.push(line) }),
    phoneKey: (text) => phoneKey(PHONE_RULES, text),
    services: [AuthService, ProfileService, AccountService],
    formats: testFormats,
    verifyAccessToken: fakeAuthenticate,
    verifyServiceToken: fakeVerifyService,
    demandsSecondFactor: false,
    limitUnauthenticated: (next) => next,
    limitCalls,
  });
}
