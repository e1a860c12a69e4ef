import { fileURLToPath } from "node:url";
import {
  type ChannelCredentials,
  type Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type requestCallback,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** The part of an account that this service uses. */
export interface User {
  id: number;
  phone: string;
  fullName: string;
}

interface BatchGetUsersRequest {
  userIds: readonly number[];
}

interface BatchGetUsersResponse {
  users: User[];
}

/** The identity service's DirectoryService, whose methods take an access token of a service. */
export interface Directory {
  /** Rejects with a ServiceError of grpc-js. */
  batchGetUsers(request: BatchGetUsersRequest, token: string): Promise<BatchGetUsersResponse>;
  close(): void;
}

/** What grpc-js makes of directory_service.proto. */
interface DirectoryClient extends Client {
  batchGetUsers(
    request: BatchGetUsersRequest,
    metadata: Metadata,
    options: { deadline: number },
    callback: requestCallback<BatchGetUsersResponse>,
  ): void;
}

interface IdentityPackage {
  waterbill: {
    identity: {
      v1: { DirectoryService: new (address: string, credentials: ChannelCredentials) => DirectoryClient };
    };
  };
}

const TIMEOUT_MS = 5_000;

const proto = fileURLToPath(new URL("../../proto", import.meta.url));
const definition = loadSync("waterbill/identity/v1/directory_service.proto", {
  includeDirs: [proto],
  defaults: true,
});
const { DirectoryService } = (loadPackageDefinition(definition) as unknown as IdentityPackage).waterbill
  .identity.v1;

/** `url` is where the identity service is: over TLS if it begins with https. */
export function openDirectory(url: string): Directory {
  const { protocol, hostname, port } = new URL(url);
  const client =
    protocol === "https:"
      ? new DirectoryService(`${hostname}:${port || 443}`, credentials.createSsl())
      : new DirectoryService(`${hostname}:${port || 80}`, credentials.createInsecure());
  return {
    batchGetUsers(request, token) {
      const metadata = new Metadata();
      metadata.set("authorization", `Bearer ${token}`);
      const options = { deadline: Date.now() + TIMEOUT_MS };
      return new Promise((resolve, reject) => {
        client.batchGetUsers(request, metadata, options, (error, response) => {
          if (response) resolve(response);
          else reject(error);
        });
      });
    },
    close: () => client.close(),
  };
}
