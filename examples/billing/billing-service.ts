import { fileURLToPath } from "node:url";
import {
  type handleUnaryCall,
  loadPackageDefinition,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { Bill } from "./bills.js";
import type { User } from "./directory.js";
import type { IdentityClient } from "./identity-client.js";
import { StatusError } from "./status-error.js";
import { unaryHandler } from "./unary-handler.js";
import type { Authenticate, Person } from "./user-tokens.js";

interface ListMyBillsResponse {
  bills: readonly Bill[];
}

interface ListUnpaidBillsResponse {
  bills: readonly { bill: Bill; userId: number; customer: Pick<User, "phone" | "fullName"> | null }[];
}

interface BillingHandlers extends UntypedServiceImplementation {
  ListMyBills: handleUnaryCall<object, ListMyBillsResponse>;
  ListUnpaidBills: handleUnaryCall<object, ListUnpaidBillsResponse>;
}

interface BillingPackage {
  waterbill: { billing: { v1: { BillingService: { service: ServiceDefinition<BillingHandlers> } } } };
}

export interface BillingDeps {
  bills: readonly Bill[];
  authenticate: Authenticate;
  identity: Pick<IdentityClient, "findUsers">;
}

const file = fileURLToPath(new URL("billing.proto", import.meta.url));

/** BillingService of billing.proto. */
export const { service: billingService } = (
  loadPackageDefinition(loadSync(file, { defaults: true })) as unknown as BillingPackage
).waterbill.billing.v1.BillingService;

export function createBillingHandlers({ bills, authenticate, identity }: BillingDeps): BillingHandlers {
  return {
    ListMyBills: unaryHandler(async (_, metadata) => {
      const { userId } = await authenticate(metadata);
      return { bills: bills.filter((bill) => bill.userId === userId) };
    }),

    ListUnpaidBills: unaryHandler(async (_, metadata) => {
      requireAdministrator(await authenticate(metadata));
      const unpaid = bills.filter((bill) => !bill.isPaid);
      const users = await identity.findUsers(unpaid.map(({ userId }) => userId));
      return {
        bills: unpaid.map((bill) => ({
          bill,
          userId: bill.userId,
          customer: users.get(bill.userId) ?? null,
        })),
      };
    }),
  };
}

function requireAdministrator({ roles }: Person): void {
  if (roles.includes("staff") || roles.includes("superuser")) return;
  throw new StatusError(status.PERMISSION_DENIED, "Only administrators may do this.");
}
