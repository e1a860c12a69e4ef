import { type Client, createClient } from "@connectrpc/connect";
import { AccountService } from "../gen/waterbill/identity/v1/account_service_pb.js";
import { WhitelistService } from "../gen/waterbill/identity/v1/whitelist_service_pb.js";
import type { IdentityClient } from "./client.js";

/** The services for administrators. An entry of its own, so that the apps of customers don't load it. */
export interface AdminServices {
  account: Client<typeof AccountService>;
  /** A browser can't stream an import: it uses REST for that. */
  whitelist: Client<typeof WhitelistService>;
}

/** Calls as the user who is signed in with the client. */
export function createAdminServices({ transport }: Pick<IdentityClient, "transport">): AdminServices {
  return {
    account: createClient(AccountService, transport),
    whitelist: createClient(WhitelistService, transport),
  };
}
