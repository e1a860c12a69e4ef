import type { DescFile } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";

/** Finds .proto files by their declarations. Names are fully qualified, without a leading dot. */
export interface DescriptorIndex {
  /** Finds a file by its import path, like `google/api/http.proto`. */
  fileByPath(path: string): DescFile | undefined;
  /** Finds a file by a message, enum, service or extension, or by a member of one. */
  fileBySymbol(symbol: string): DescFile | undefined;
  fileByExtension(message: string, fieldNumber: number): DescFile | undefined;
  /** The field numbers of a message's extensions; undefined if there is no such message. */
  extensionNumbers(message: string): readonly number[] | undefined;
}

/** The path by which other files import `file`. (`file.name` lacks the `.proto`.) */
export function importPathOf(file: DescFile): string {
  return file.proto.name;
}

function collectFiles(file: DescFile, found: Map<string, DescFile>): void {
  if (found.has(importPathOf(file))) return;
  found.set(importPathOf(file), file);
  for (const dependency of file.dependencies) collectFiles(dependency, found);
}

type NestedType = ReturnType<typeof nestedTypes> extends Iterable<infer T> ? T : never;

function membersOf(type: NestedType): string[] {
  switch (type.kind) {
    case "message":
      return [...type.fields, ...type.oneofs].map((member) => `${type.typeName}.${member.name}`);
    case "service":
      return type.methods.map((method) => `${type.typeName}.${method.name}`);
    case "enum": {
      // In protobuf, enum values are siblings of their enum, not children.
      const scope = type.typeName.slice(0, -type.name.length);
      return type.values.map((value) => `${scope}${value.name}`);
    }
    case "extension":
      return [];
  }
}

/** The extensions of every message, by field number; most messages have none. */
function indexExtensions(types: readonly NestedType[]): Map<string, Map<number, DescFile>> {
  const extensions = new Map<string, Map<number, DescFile>>();
  for (const type of types) if (type.kind === "message") extensions.set(type.typeName, new Map());
  for (const type of types) {
    if (type.kind === "extension") extensions.get(type.extendee.typeName)?.set(type.number, type.file);
  }
  return extensions;
}

/** Indexes files and their transitive imports. */
export function createDescriptorIndex(roots: readonly DescFile[]): DescriptorIndex {
  const files = new Map<string, DescFile>();
  for (const file of roots) collectFiles(file, files);

  const types = [...files.values()].flatMap((file) => [...nestedTypes(file)]);
  const extensions = indexExtensions(types);
  const symbols = new Map<string, DescFile>();
  for (const type of types) {
    for (const symbol of [type.typeName, ...membersOf(type)]) symbols.set(symbol, type.file);
  }

  return {
    fileByPath: (path) => files.get(path),
    fileBySymbol: (symbol) => symbols.get(symbol),
    fileByExtension: (message, fieldNumber) => extensions.get(message)?.get(fieldNumber),
    extensionNumbers(message) {
      const ofMessage = extensions.get(message);
      return ofMessage && [...ofMessage.keys()];
    },
  };
}
