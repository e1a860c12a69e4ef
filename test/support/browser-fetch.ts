/** What a browser lets a page send without a preflight, and read without permission (https://fetch.spec.whatwg.org). */
const SAFE_METHODS = ["GET", "HEAD", "POST"];
const SAFE_REQUEST_HEADERS = ["accept", "accept-language", "content-language"];
const SAFE_TYPES = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
const SAFE_RESPONSE_HEADERS = ["cache-control", "content-language", "content-length", "content-type"];

/** A browser that shows a page of one origin, without its cache of preflights. */
export interface Browser {
  fetch: typeof fetch;
  /** The requests that arrived, and the preflights before them: `POST /path`. */
  readonly sent: string[];
}

const names = (list: string | null) => (list ?? "").split(",").map((name) => name.trim().toLowerCase());

function assertAllowed(response: Response, origin: string): void {
  if (response.headers.get("access-control-allow-origin") !== origin) throw new TypeError("Failed to fetch");
}

/** Sends requests to another origin as `fetch` does in the page of a browser, which refuses them with a TypeError. */
export function openBrowser(origin: string): Browser {
  const sent: string[] = [];

  async function send(url: string, init: RequestInit): Promise<Response> {
    sent.push(`${init.method} ${new URL(url).pathname}`);
    const response = await fetch(url, init);
    assertAllowed(response, origin);
    return response;
  }

  async function preflight(url: string, method: string, unsafe: string[]): Promise<void> {
    const response = await send(url, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": method,
        ...(unsafe.length > 0 && { "access-control-request-headers": unsafe.join(",") }),
      },
    });
    const methods = response.headers.get("access-control-allow-methods")?.split(", ") ?? [];
    const headers = names(response.headers.get("access-control-allow-headers"));
    const isAllowed = SAFE_METHODS.includes(method) || methods.includes(method);
    if (!response.ok || !isAllowed || !unsafe.every((name) => headers.includes(name))) {
      throw new TypeError("Failed to fetch");
    }
  }

  return {
    sent,
    async fetch(input, init = {}) {
      const url = String(input);
      const method = init.method ?? "GET";
      const headers = new Headers(init.headers);
      const [type = ""] = headers.get("content-type")?.split(";") ?? [];
      const unsafe = [...headers.keys()].filter(
        (name) =>
          !SAFE_REQUEST_HEADERS.includes(name) && !(name === "content-type" && SAFE_TYPES.includes(type)),
      );
      if (!SAFE_METHODS.includes(method) || unsafe.length > 0) await preflight(url, method, unsafe.sort());
      headers.set("origin", origin);
      const { status, body, headers: all } = await send(url, { ...init, method, headers });
      const exposed = [...SAFE_RESPONSE_HEADERS, ...names(all.get("access-control-expose-headers"))];
      const visible = [...all].filter(([name]) => exposed.includes(name));
      return new Response(body, { status, headers: visible });
    },
  };
}
