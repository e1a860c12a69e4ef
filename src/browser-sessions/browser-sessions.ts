import type { Caller } from "../caller.js";
import { parseContentType } from "../http/content-type.js";
import type { RpcHandler } from "../http/node-handler.js";
import { contentTypeUnsupported, methodNotAllowed, originForeign } from "../http/request-error.js";
import type { Endpoint, Endpoints } from "../http/resource.js";
import { bodyMessage, handleConnect } from "../rpc/connect-protocol.js";
import { methodPath } from "../rpc/handler-context.js";
import type { MethodRegistry } from "../rpc/method-registry.js";
import type { MethodHandler } from "../rpc/unary-method.js";
import type { Logger } from "../system/logger.js";
import { SECURITY_EVENTS } from "../telemetry/security-events.js";
import { type CookieJar, createCookieJar } from "./cookie-jar.js";
import { TOKEN_KEEPERS, type TokenKeeper } from "./kept-tokens.js";
import { isSameOrigin, readPublicOrigin } from "./same-origin.js";

interface BrowserSessionsDeps {
  /** Without the console there are none. */
  servesConsole: boolean;
  methods: Pick<MethodRegistry, "unary">;
  rpc: Pick<RpcHandler, "refuse">;
  /** Where people reach the service. */
  publicUrl: string;
  logger: Logger;
}

/** The methods are below it. */
const BASE_PATH = "/admin/session";

/**
 * The Connect methods of sign-in once more, for the console: refresh token and device are cookies that no script can
 * read, instead of fields of the messages. Everything else is as in AuthService, whose handlers run: limits,
 * validation, errors and log. Requests of other origins are refused with 403 before anything is read or counted, and logged.
 */
export function createBrowserSessions(deps: BrowserSessionsDeps): Endpoints {
  if (!deps.servesConsole) return new Map();
  return new Map(
    TOKEN_KEEPERS.map((keeper) => {
      const handler = deps.methods.unary.get(methodPath(keeper.method))!;
      return [`${BASE_PATH}${handler.path}`, createEndpoint(deps, keeper, handler)];
    }),
  );
}

function createEndpoint(deps: BrowserSessionsDeps, keeper: TokenKeeper, handler: MethodHandler): Endpoint {
  const publicOrigin = readPublicOrigin(deps.publicUrl);
  return async (request, response, caller) => {
    if (request.method !== "POST") {
      return deps.rpc.refuse(request, response, caller, methodNotAllowed(["POST"]));
    }
    if (!isSameOrigin(request, publicOrigin)) {
      logForeignOrigin(deps, handler, caller);
      return deps.rpc.refuse(request, response, caller, originForeign());
    }
    const message = bodyMessage(request, parseContentType(request.headers["content-type"]));
    if (!message) return deps.rpc.refuse(request, response, caller, contentTypeUnsupported());
    const jar = createCookieJar(request, response, publicOrigin.isSecure);
    return handleConnect(withCookies(handler, keeper, jar), request, response, caller, message);
  };
}

/** A page of another site, or a proxy that hides the host from a service that doesn't know its `PUBLIC_URL`. */
function logForeignOrigin({ logger }: BrowserSessionsDeps, { method }: MethodHandler, caller: Caller): void {
  const { requestId, address } = caller;
  const event = SECURITY_EVENTS.ORIGIN_REFUSED;
  const name = `${method.parent.typeName}/${method.name}`;
  logger.info(
    { event, method: name, protocol: "connect", status: "permission_denied", requestId, address },
    "call",
  );
}

/** Takes tokens from the cookies and leaves them there. A call that fails leaves the cookies as they are. */
function withCookies(handler: MethodHandler, keeper: TokenKeeper, jar: CookieJar): MethodHandler {
  return {
    ...handler,
    async run(call) {
      const result = await handler.run({
        ...call,
        async read() {
          const message = await call.read();
          keeper.fill(message, jar);
          return message;
        },
        write: (message) => call.write(keeper.keep(message, jar)),
      });
      if (!result.error) jar.send();
      return result;
    },
  };
}
