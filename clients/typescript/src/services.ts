import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { AuthService } from "../gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "../gen/waterbill/identity/v1/profile_service_pb.js";

/** Every method of the services for customers, as generated. Their errors are IdentityErrors too. */
export interface Services {
  /** Sends and returns tokens, but keeps none: that is what the client's own methods do. */
  auth: Client<typeof AuthService>;
  profile: Client<typeof ProfileService>;
}

export function createServices(transport: Transport): Services {
  return { auth: createClient(AuthService, transport), profile: createClient(ProfileService, transport) };
}
