/** What holds for every call of the REST API, in Markdown. */
export const INTRODUCTION = `\
Phone-first identity: register with a whitelisted number, prove it by SMS, sign in, stay signed in.

This document is generated from the service's .proto files. The same methods are served over gRPC, gRPC-Web and Connect.

## Paths

Every path below \`/api/auth/\` is also served below \`/api/\`, and the slash at its end is optional: \`POST /api/login\` is
\`POST /api/auth/login/\`. \`HEAD\` works where \`GET\` does. An unknown path is a 404, and a known path with another HTTP
method a 405 with the header \`Allow\`, both as an error in the envelope.

## Sign in

1. \`POST /api/auth/register/\` sends a code by SMS to a whitelisted number, and \`POST /api/auth/activate/\` takes it.
2. \`POST /api/auth/login/\` returns an access token and a refresh token.
3. Send the access token with each call: \`Authorization: Bearer <access>\`.
4. When a call fails with 401, get new tokens from \`POST /api/auth/token/refresh/\`. Each refresh token works once, so
   store the new one before you use the new access token.

## Requests

Bodies are JSON in UTF-8, of at most 64 KiB, with \`Content-Type: application/json\`; they may be compressed with gzip.
Unknown and read-only fields are ignored, and \`null\` is the same as leaving a field out, but in a profile it clears the
field. Phone numbers may be spelled in any way. A time may be a plain date: \`2026-01-31\` is midnight UTC.

## Responses

A success is \`{"status": "success", "message": …, "data": {…}}\`, an error \`{"status": "error", "message": …, "data": {…}}\`
with the messages of each field that is at fault in \`data\`. Fields that are not set are \`null\`, or left out where the schema
does not require them. Clients must ignore fields that they don't know: new ones may come at any time.

## Errors

The description of each response names the reasons that lead to it, each with its message in French and in English. A
reason is the name that programs get over gRPC and Connect (\`google.rpc.ErrorInfo\`); REST sends the message alone.

## Language

Messages are in French, or in English with \`Accept-Language: en\`; \`Content-Language\` says which. The message of a call that
is refused by a rate limit (429) is in English unless the request asks for a language.

## Rate limits

Limits are sliding windows: "15 calls a minute" holds for any minute. Each method names its own, with the rates that
the service has by default. Counted responses have the headers \`X-RateLimit-Limit\`, \`X-RateLimit-Remaining\` and
\`X-RateLimit-Reset\` (seconds since the epoch) of the window with the least room; a refused call is a 429 with
\`Retry-After\` (seconds), and takes nothing from its other windows.
`;
