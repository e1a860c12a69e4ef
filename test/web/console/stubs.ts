import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Page, Route } from "playwright-core";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import {
  AccountAction,
  AccountActorKind,
  AccountRole,
  GetOverviewResponseSchema,
} from "#gen/waterbill/identity/v1/account_service_pb.js";
import {
  ConfirmSecondFactorResponseSchema,
  LoginResponseSchema,
  RequestSecondFactorResponseSchema,
} from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { WhitelistAction } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";

// Responses of methods that the service doesn't have yet.

const PROTO = "application/proto";
const respond = (route: Route, body: Uint8Array) =>
  route.fulfill({ contentType: PROTO, body: Buffer.from(body) });

export type Overview = Exclude<MessageInitShape<typeof GetOverviewResponseSchema>, { $typeName: string }>;

export const OVERVIEW: Overview = {
  role: AccountRole.SUPERUSER,
  accountStatistics: {
    totalCount: 12_408,
    activeCount: 12_345,
    pendingCount: 7,
    deactivatedCount: 60,
    leavingCount: 3,
  },
  whitelistStatistics: { totalCount: 20_310, activeCount: 20_300, inactiveCount: 10 },
  sendsLastHour: 42,
  accountChanges: [
    {
      accountId: 12,
      accountPhone: "+237670000012",
      accountDisplayName: "Awa Mbarga",
      change: {
        number: 4,
        at: timestampFromDate(new Date("2026-11-27T08:15:00Z")),
        action: AccountAction.DEACTIVATED,
        actor: {
          kind: AccountActorKind.ADMINISTRATOR,
          id: 1,
          displayName: "Marie Essomba",
          phone: "+237670000001",
        },
      },
    },
    {
      accountId: 13,
      change: {
        number: 9,
        at: timestampFromDate(new Date("2026-11-26T16:40:00Z")),
        action: AccountAction.ERASED,
        actor: { kind: AccountActorKind.COMMAND_LINE },
      },
    },
  ],
  whitelistChanges: [
    {
      phone: "+237670000200",
      changeCount: 200,
      change: {
        action: WhitelistAction.ADD,
        happenedAt: timestampFromDate(new Date("2026-11-27T07:30:00Z")),
        actorDisplay: "Marie Essomba",
        actorPhone: "+237670000001",
        importId: "6a1f4f0e-0f2c-4d38-9b1f-2f4f9a1d7c11",
      },
    },
    {
      phone: "+237670000014",
      changeCount: 1,
      change: {
        action: WhitelistAction.REMOVE,
        happenedAt: timestampFromDate(new Date("2026-11-25T10:00:00Z")),
      },
    },
  ],
};

const OVERVIEW_METHOD = "**/waterbill.identity.v1.AccountService/GetOverview*";

export const stubOverview = (page: Page, overview: Overview = OVERVIEW) =>
  page
    .context()
    .route(OVERVIEW_METHOD, (route) =>
      respond(route, toBinary(GetOverviewResponseSchema, create(GetOverviewResponseSchema, overview))),
    );

/** The network fails under the call of the start page. */
export async function cutOverview(page: Page): Promise<void> {
  await page.context().unroute(OVERVIEW_METHOD);
  await page.context().route(OVERVIEW_METHOD, (route) => route.abort());
}

/** The service demands the second step until it is passed. */
export async function demandSecondStep(page: Page): Promise<void> {
  const value = Buffer.from(
    toBinary(
      ErrorInfoSchema,
      create(ErrorInfoSchema, { reason: "REAUTHENTICATION_REQUIRED", domain: "identity.waterbill" }),
    ),
  ).toString("base64");
  const details = [{ type: "google.rpc.ErrorInfo", value }];
  const body = JSON.stringify({ code: "failed_precondition", message: "", details });
  await page.context().unroute(OVERVIEW_METHOD);
  await page
    .context()
    .route(OVERVIEW_METHOD, (route) => route.fulfill({ status: 400, contentType: "application/json", body }));
}

/** Login tells that the second step is due. */
export async function requireSecondStepAtLogin(page: Page): Promise<void> {
  await page.route("**/admin/session/*/Login", async (route) => {
    const response = await route.fetch();
    const message = fromBinary(LoginResponseSchema, await response.body());
    message.secondFactorRequired = true;
    await route.fulfill({ response, body: Buffer.from(toBinary(LoginResponseSchema, message)) });
  });
}

/** The second step takes every code, and the start page has an overview from then on. */
export async function stubSecondStep(page: Page): Promise<void> {
  await page.route("**/waterbill.identity.v1.AuthService/RequestSecondFactor", (route) => {
    const inSeconds = (seconds: number) => timestampFromDate(new Date(Date.now() + seconds * 1000));
    const challenge = {
      attemptsLeft: 5,
      sendsLeft: 4,
      codeLength: 6,
      expiresAt: inSeconds(600),
      resendAt: inSeconds(60),
    };
    const message = create(RequestSecondFactorResponseSchema, { challenge });
    return respond(route, toBinary(RequestSecondFactorResponseSchema, message));
  });
  await page.route("**/admin/session/*/ConfirmSecondFactor", async (route) => {
    await stubOverview(page);
    const message = create(ConfirmSecondFactorResponseSchema, {});
    await respond(route, toBinary(ConfirmSecondFactorResponseSchema, message));
  });
}
