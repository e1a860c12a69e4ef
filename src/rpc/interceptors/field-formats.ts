import { type DescField, type DescMessage, getOption, type Message } from "@bufbuild/protobuf";
import { Format, format } from "#gen/waterbill/options/v1/format_pb.js";
import { DomainError } from "../../errors.js";

/** The check of every format. A check throws a DomainError for `field` if the text doesn't have the format. */
export type FormatChecks = Readonly<
  Record<Exclude<Format, Format.UNSPECIFIED>, (text: string, field: string) => void>
>;

/** Returns the errors of the fields that don't have the format that their .proto file declares. */
export type CheckFormats = (schema: DescMessage, message: Message) => DomainError[];

/** Creates the check of all fields with a `waterbill.options.v1.format` option. */
export function createFormatCheck(checks: FormatChecks): CheckFormats {
  const fieldsWithFormat = new WeakMap<DescMessage, readonly FieldWithFormat[]>();
  return (schema, message) => {
    const fields = fieldsWithFormat.get(schema) ?? readFormats(schema);
    fieldsWithFormat.set(schema, fields);
    return fields.flatMap(({ field, format }) => {
      const text = (message as unknown as Record<string, string>)[field.localName] ?? "";
      return errorOf(() => checks[format](text, field.name));
    });
  };
}

interface FieldWithFormat {
  field: DescField;
  format: keyof FormatChecks;
}

function readFormats({ fields }: DescMessage): FieldWithFormat[] {
  return fields.flatMap((field) => {
    const declared = getOption(field, format);
    return declared === Format.UNSPECIFIED ? [] : [{ field, format: declared }];
  });
}

function errorOf(check: () => void): DomainError[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof DomainError) return [error];
    throw error;
  }
}
