import {
  type DescEnum,
  type DescEnumValue,
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

/** The comments of .proto files, as Markdown. Empty for what has none. */
export interface Comments {
  of(declaration: DescService | DescMethod | DescMessage | DescEnum): string;
  ofField(field: DescField): string;
  ofValue(value: DescEnumValue): string;
}

/** Reads the comments from an image of the .proto files that `buf build` made. Code generated from them has none. */
export function readComments(image: Uint8Array): Comments {
  const { file: files } = fromBinary(FileDescriptorSetSchema, image);
  const comments = new Map(files.flatMap(commentsIn));
  const find = (...names: string[]) => comments.get(names.join(".")) ?? "";
  return {
    of: (declaration) =>
      declaration.kind === "rpc"
        ? find(declaration.parent.typeName, declaration.name)
        : find(declaration.typeName),
    ofField: ({ parent, name }) => find(parent.typeName, name),
    ofValue: ({ parent, name }) => find(parent.typeName, name),
  };
}

/** The comments of a file, by the full name of what they are on. */
function commentsIn(file: FileDescriptorProto): [name: string, comment: string][] {
  const root = reflect(FileDescriptorProtoSchema, file);
  return (file.sourceCodeInfo?.location ?? []).flatMap(({ path, leadingComments }) => {
    const names = leadingComments === "" ? undefined : namesOnPath(root, path);
    return names ? [[[file.package, ...names].join("."), toMarkdown(leadingComments)]] : [];
  });
}

/**
 * The names of the declarations on the way to a location, outermost first. A path alternates between the number of a field
 * and the index in it. Undefined if it leads to a part of a declaration.
 */
function namesOnPath(root: ReflectMessage, path: readonly number[]): string[] | undefined {
  if (path.length % 2 !== 0) return undefined;
  const names: string[] = [];
  let declaration = root;
  for (let at = 0; at < path.length; at += 2) {
    const field = declaration.fields.find(({ number }) => number === path[at]);
    if (field?.fieldKind !== "list" || field.listKind !== "message") return undefined;
    declaration = declaration.get(field).get(path[at + 1]!) as ReflectMessage;
    const name = declaration.fields.find((each) => each.name === "name");
    if (!name) return undefined;
    names.push(String(declaration.get(name)));
  }
  return names;
}

/** Joins the lines of each paragraph: Markdown shows some line breaks, and a comment has them for its width alone. */
function toMarkdown(comment: string): string {
  return comment
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim().replace(/\s*\n\s*/g, " "))
    .filter((paragraph) => paragraph !== "")
    .join("\n\n");
}

/** Divides a comment into its first sentence, without the full stop, and the rest. */
export function splitSummary(comment: string): { summary: string; rest: string } {
  const end = /\.(\s+(?=[A-Z])|$)/.exec(comment);
  if (!end) return { summary: comment, rest: "" };
  return { summary: comment.slice(0, end.index), rest: comment.slice(end.index + 1).trim() };
}
