import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { DomainError } from "../errors.js";
import { compileRules } from "../rpc/interceptors/rules.js";

/**
 * Checks the options of a command by the rules that the .proto file has for the same request. Rejects with INVALID_REQUEST
 * that names every invalid field.
 */
export async function checkRequest<Desc extends DescMessage>(
  schema: Desc,
  message: MessageInitShape<Desc>,
): Promise<void> {
  const checkRules = await compileRules([]);
  const fields = checkRules(schema, create(schema, message));
  if (fields.length > 0) throw new DomainError("INVALID_REQUEST", { fields });
}
