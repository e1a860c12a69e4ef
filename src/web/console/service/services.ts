import type { DescMessage } from "@bufbuild/protobuf";
import { createClient, type StreamResponse, type Transport } from "@connectrpc/connect";
import { AccountService } from "#client/gen/waterbill/identity/v1/account_service_pb.js";
import { WhitelistService } from "#client/gen/waterbill/identity/v1/whitelist_service_pb.js";
import { IdentityError } from "#client/src/error.js";
import { SERVICE_URL } from "./addresses.js";
import { refuseToken } from "./current-token.js";
import { accessToken, demandSecondStep, signOut } from "./session.js";
import { createTransport, errors } from "./transports.js";

const plain = createTransport(SERVICE_URL);

/** Runs `send` with the headers of a call, and once more if the service refuses the token. */
export async function authorized<T>(send: (headers: Headers) => Promise<T>, sent?: HeadersInit): Promise<T> {
  const attempt = async () => {
    const token = await accessToken();
    const headers = new Headers(sent);
    headers.set("authorization", `Bearer ${token.value}`);
    try {
      return await send(headers);
    } catch (error) {
      const failure = errors.read(error);
      if (failure.reason === "UNAUTHENTICATED") refuseToken(token);
      if (failure.reason === "REAUTHENTICATION_REQUIRED") demandSecondStep();
      // Without rights there is nothing to see here.
      if (failure.reason === "ADMIN_REQUIRED") void signOut("no-rights");
      throw failure;
    }
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof IdentityError) || error.reason !== "UNAUTHENTICATED") throw error;
    return attempt();
  }
}

/** Calls methods as the user who is signed in. */
export const transport: Transport = {
  unary: (method, signal, timeoutMs, header, input, values) =>
    authorized((headers) => plain.unary(method, signal, timeoutMs, headers, input, values), header),
  stream: (method, signal, timeoutMs, header, input, values) =>
    authorized(
      async (headers) => begun(await plain.stream(method, signal, timeoutMs, headers, input, values)),
      header,
    ),
};

/** Awaits the first message of a stream: the reason for which one is refused comes in its place. */
async function begun<I extends DescMessage, O extends DescMessage>(
  response: StreamResponse<I, O>,
): Promise<StreamResponse<I, O>> {
  const messages = response.message[Symbol.asyncIterator]();
  const first = await messages.next();
  async function* all() {
    for (let next = first; !next.done; next = await messages.next()) yield next.value;
  }
  return { ...response, message: all() };
}

/** The methods for administrators, called as the user who is signed in. Their errors are IdentityErrors. */
export const accounts = createClient(AccountService, transport);
export const whitelist = createClient(WhitelistService, transport);
