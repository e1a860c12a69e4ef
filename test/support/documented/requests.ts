import { type Call, calls, resolve } from "../api-document.js";
import { hostileText, inUrl } from "../hostile/values.js";
import { type SeededRandom, seededRandom } from "../seeded-random.js";
import { type Knowledge, objectOf, valueFor } from "./values.js";

/** A request as the OpenAPI document describes it, or nearly so. */
export interface DocumentedRequest {
  call: Call;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** What a request may use of the service. */
export interface Acquaintance {
  /** Access tokens of an administrator and of a customer. */
  tokens: readonly string[];
  fields: Knowledge;
}

/** A request that is a function of the seed. */
export function documentedRequest(seed: string, { tokens, fields }: Acquaintance): DocumentedRequest {
  const random = seededRandom(seed);
  const call = random.pick(calls);
  const { body, headers } = contentOf(random, fields, call);
  return {
    call,
    path: pathOf(random, fields, call),
    body,
    headers: {
      ...headers,
      ...authorization(random, tokens, call),
      ...(random.once(3) && { "accept-language": random.pick(["en", "fr", "de", "*"]) }),
    },
  };
}

function pathOf(random: SeededRandom, fields: Knowledge, { path, operation }: Call): string {
  const parameters = operation.parameters.map((parameter) => resolve(parameter));
  const values = parameters
    .filter((parameter) => parameter.in === "path" || (parameter.in === "query" && random.once(2)))
    .map(({ name, schema, in: place }) => {
      return { name, place, text: inUrl(String(valueFor(random, fields, name, schema))) };
    });
  const query = values.filter(({ place }) => place === "query").map(({ name, text }) => `${name}=${text}`);
  const filled = values.reduce((before, { name, text }) => before.replace(`{${name}}`, () => text), path);
  return query.length > 0 ? `${filled}?${query.join("&")}` : filled;
}

/** Mostly a token that the service knows, in case the call needs one. */
function authorization(
  random: SeededRandom,
  tokens: readonly string[],
  { operation }: Call,
): Record<string, string> {
  if (operation.security.length === 0 || random.once(10)) return {};
  const token = random.once(10) ? random.bytes(20).toString("base64url") : random.pick(tokens);
  return { authorization: `Bearer ${token}` };
}

type Content = Pick<DocumentedRequest, "headers" | "body">;

function contentOf(random: SeededRandom, fields: Knowledge, { operation }: Call): Content {
  const contents = Object.entries(operation.requestBody?.content ?? {});
  if (contents.length === 0 || random.once(30)) return { headers: {}, body: undefined };
  const [type, { schema }] = random.pick(contents);
  if (type !== "application/json") return fileOf(random, fields, type);
  const json = JSON.stringify(objectOf(random, fields, schema));
  const body = random.once(30) ? json.slice(0, random.integer(json.length)) : json;
  return { headers: { "content-type": random.once(40) ? "text/plain" : type }, body };
}

/** A file of some lines, as it is or in a form. */
function fileOf(random: SeededRandom, { phone = [] }: Knowledge, type: string): Content {
  const lines = Array.from({ length: random.integer(5) }, () =>
    random.once(4) ? hostileText(random).slice(0, 2000) : `${random.pick(phone)};note;${random.once(2)}`,
  );
  const file = lines.join("\n");
  if (type !== "multipart/form-data") return { headers: { "content-type": type }, body: file };
  const name = random.once(5) ? "other" : "csv";
  const part = `--b\r\ncontent-disposition: form-data; name="${name}"; filename="a.csv"\r\n\r\n${file}\r\n`;
  const end = random.once(10) ? "" : "--b--\r\n";
  return { headers: { "content-type": `${type}; boundary=b` }, body: part + end };
}
