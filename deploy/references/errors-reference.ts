import { codeToString } from "@connectrpc/connect/protocol-connect";
import { ErrorReasonSchema } from "#gen/waterbill/identity/v1/error_reason_pb.js";
import { ERROR_TABLE } from "../../src/errors.js";
import { type Language, localize } from "../../src/messages/catalogue.js";
import { protoComments } from "../api-document.js";
import { markdownTable } from "./markdown-table.js";

const LANGUAGES: readonly Language[] = ["fr", "en"];

/** docs/errors.md: every reason of the error table. */
export function errorsReference(): string {
  const comments = protoComments();
  const meanings = new Map(ErrorReasonSchema.values.map((value) => [value.name, comments.ofValue(value)]));
  const rows = Object.entries(ERROR_TABLE).map(([name, { code, status, message }]) => {
    const messages = LANGUAGES.map((language) => localize(language, message));
    return [`\`${name}\``, codeToString(code), String(status), meanings.get(name) ?? "", ...messages];
  });
  return `# Errors

Every reason why a call fails. Over gRPC, gRPC-Web and Connect it is \`google.rpc.ErrorInfo.reason\` with the domain \`identity.waterbill\`, beside
\`google.rpc.LocalizedMessage\`; \`google.rpc.BadRequest\` names the fields at fault, and \`google.rpc.RetryInfo\` says when a limit allows the
next call. REST sends status and message in the envelope, without the reason. A message is French unless \`Accept-Language\` asks for English,
and an error may have a more precise one.

${markdownTable(["Reason", "Code (gRPC, Connect)", "Status (REST)", "Meaning", "French", "English"], rows)}
`;
}
