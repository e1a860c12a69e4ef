import type { DescMethod } from "@bufbuild/protobuf";

/**
 * The name of a method without its service, in PascalCase: that of its request, which `buf lint` has begin with the name of
 * the service if two services have a method of the same name.
 */
export function operationName({ input }: DescMethod): string {
  return input.name.replace(/Request$/, "");
}
