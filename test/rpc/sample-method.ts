import {
  create,
  createFileRegistry,
  type DescMethodUnary,
  type MessageInitShape,
  setExtension,
} from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  MethodOptionsSchema,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { http } from "#gen/google/api/annotations_pb.js";
import { type HttpRuleSchema, HttpRuleSchema as RuleSchema } from "#gen/google/api/http_pb.js";
import { Access, access, scope } from "#gen/waterbill/options/v1/access_pb.js";

interface SampleOptions {
  http?: MessageInitShape<typeof HttpRuleSchema>;
  /** Defaults to USER. */
  access?: Access | null;
  scope?: string;
  streams?: boolean;
}

/**
 * A method as a .proto file could declare it: `rpc Find(Query) returns (Query)`, where Query has a string
 * `phone`, a bool `is_active`, a uint32 `page_size` and a Query `nested`.
 */
export function sampleMethod(options: SampleOptions = {}): DescMethodUnary {
  const methodOptions = create(MethodOptionsSchema);
  if (options.http) setExtension(methodOptions, http, create(RuleSchema, options.http));
  if (options.access !== null) setExtension(methodOptions, access, options.access ?? Access.USER);
  if (options.scope !== undefined) setExtension(methodOptions, scope, options.scope);
  const field = (name: string, number: number, type: Type, typeName = "") => ({
    name,
    jsonName: name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    number,
    type,
    typeName,
    label: Label.OPTIONAL,
  });
  const file = create(FileDescriptorProtoSchema, {
    name: "sample.proto",
    package: "sample.v1",
    syntax: "proto3",
    messageType: [
      {
        name: "Query",
        field: [
          field("phone", 1, Type.STRING),
          field("is_active", 2, Type.BOOL),
          field("page_size", 3, Type.UINT32),
          field("nested", 4, Type.MESSAGE, ".sample.v1.Query"),
        ],
      },
    ],
    service: [
      {
        name: "SampleService",
        method: [
          {
            name: "Find",
            inputType: ".sample.v1.Query",
            outputType: ".sample.v1.Query",
            options: methodOptions,
            serverStreaming: options.streams ?? false,
          },
        ],
      },
    ],
  });
  const service = createFileRegistry(file, () => undefined).getService("sample.v1.SampleService");
  return service!.methods[0] as DescMethodUnary;
}
