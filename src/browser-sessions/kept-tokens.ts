import { clone, type DescMethodUnary, type Message, type MessageShape } from "@bufbuild/protobuf";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { DEVICE_TTL_SECONDS } from "../guessing/device-token.js";
import type { CookieJar } from "./cookie-jar.js";

/** What a method takes from the cookies, and leaves in them. */
export interface TokenKeeper {
  readonly method: DescMethodUnary;
  /** Fills in what the browser keeps. */
  fill(request: Message, jar: CookieJar): void;
  /** Returns the response without what the browser shall keep. */
  keep(response: Message, jar: CookieJar): Message;
}

function keeper<Method extends DescMethodUnary>(
  method: Method,
  fill: (request: MessageShape<Method["input"]>, jar: CookieJar) => void,
  keep: (response: MessageShape<Method["output"]>, jar: CookieJar) => void,
): TokenKeeper {
  return {
    method,
    fill: (request, jar) => fill(request as MessageShape<Method["input"]>, jar),
    keep(response, jar) {
      const kept = clone<Method["output"]>(method.output, response as MessageShape<Method["output"]>);
      keep(kept, jar);
      return kept;
    },
  };
}

function keepDevice(response: { device: string }, jar: CookieJar): void {
  jar.write("device", response.device, DEVICE_TTL_SECONDS);
  response.device = "";
}

function keepRefresh(tokens: { refresh: string; refreshExpiresIn: number }, jar: CookieJar): void {
  jar.write("refresh", tokens.refresh, tokens.refreshExpiresIn);
  tokens.refresh = "";
}

/** The methods that open, continue and end a session, for pages of this service. */
export const TOKEN_KEEPERS: readonly TokenKeeper[] = [
  keeper(
    AuthService.method.login,
    (request, jar) => {
      request.device = jar.read("device");
    },
    (response, jar) => {
      if (response.tokens) keepRefresh(response.tokens, jar);
      keepDevice(response, jar);
    },
  ),
  keeper(
    AuthService.method.confirmSecondFactor,
    (request, jar) => {
      request.device = jar.read("device");
    },
    (response, jar) => {
      // The session has passed the step all the same.
      if (jar.forgetsDevice) response.device = "";
      else keepDevice(response, jar);
    },
  ),
  keeper(
    AuthService.method.refreshToken,
    (request, jar) => {
      request.refresh = jar.read("refresh");
    },
    keepRefresh,
  ),
  keeper(
    AuthService.method.logout,
    (request, jar) => {
      request.refresh = jar.read("refresh");
    },
    (_, jar) => {
      jar.write("refresh", "", 0);
      if (jar.forgetsDevice) jar.write("device", "", 0);
    },
  ),
];
