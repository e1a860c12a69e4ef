import { createRegistry, type DescFile, type Registry } from "@bufbuild/protobuf";

const known = new WeakMap<DescFile, { registry: Registry }>();

/** Options for the JSON of a file's messages: a google.protobuf.Any in them may hold every message of the file. */
export function jsonOptionsOf(file: DescFile): { registry: Registry } {
  const options = known.get(file) ?? { registry: createRegistry(file) };
  known.set(file, options);
  return options;
}
