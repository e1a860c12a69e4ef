import { parseCookie, stringifySetCookie } from "cookie";
import type { NodeRequest, NodeResponse } from "../http/node-handler.js";

/** What a browser keeps where no script can read it: the refresh token of the session, and the device of its sign-in. */
type KeptToken = "refresh" | "device";

/** The cookies of one request and its response. */
export interface CookieJar {
  /**
   * The request header `X-Forget-Device`: the browser shall keep nothing of who signs out, or not remember the second step of a
   * sign-in.
   */
  readonly forgetsDevice: boolean;
  /** Empty: the browser has none. */
  read(token: KeptToken): string;
  /** The browser is to keep it for `maxAgeSeconds`. Empty: it is to remove the one that it has. */
  write(token: KeptToken, value: string, maxAgeSeconds: number): void;
  /** Adds to the response what was written. */
  send(): void;
}

/**
 * The cookies are sent with no request that another site starts, and no script can read them. With `isSecure` the browser
 * takes them only from this host over HTTPS (`__Host-`, RFC 6265bis, section 4.1.3.2), and sends them over HTTPS alone.
 */
export function createCookieJar(request: NodeRequest, response: NodeResponse, isSecure: boolean): CookieJar {
  const received = parseCookie(request.headers.cookie ?? "");
  const written: string[] = [];
  const nameOf = (token: KeptToken) => `${isSecure ? "__Host-" : ""}waterbill_${token}`;
  return {
    forgetsDevice: request.headers["x-forget-device"] === "true",
    read: (token) => received[nameOf(token)] ?? "",
    write(token, value, maxAgeSeconds) {
      const cookie = { name: nameOf(token), value, maxAge: value === "" ? 0 : maxAgeSeconds };
      written.push(
        stringifySetCookie({ ...cookie, path: "/", httpOnly: true, sameSite: "strict", secure: isSecure }),
      );
    },
    send: () => void response.setHeader("set-cookie", written),
  };
}
