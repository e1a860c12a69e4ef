import type { DescMethod } from "@bufbuild/protobuf";
import { protoComments } from "../../deploy/api-document.js";
import { API_SERVICES } from "../../src/app.js";
import { reasonsOf } from "../../src/openapi/reasons.js";

/** The reasons that the .proto files name for each method, by the method's name in the log. */
let documented: ReadonlyMap<string, readonly string[]> | undefined;

function readReasons(): ReadonlyMap<string, readonly string[]> {
  const comments = protoComments();
  const methods = API_SERVICES.flatMap((service): readonly DescMethod[] => service.methods);
  return new Map(
    methods.map((method) => [`${method.parent.typeName}/${method.name}`, reasonsOf(comments, method)]),
  );
}

/** Reads the log of a service, and remembers which methods failed, with which reasons. */
export interface ReasonWatch {
  onLogLine(line: string): void;
  /** Throws if a .proto file doesn't name one of them. Blocks once, for half a second: not while a service serves. */
  check(): void;
}

export function watchReasons(): ReasonWatch {
  const failures = new Map<string, { method: string; reason: string }>();
  return {
    onLogLine(line) {
      if (!line.includes('"reason":')) return;
      const { msg, method, reason } = JSON.parse(line) as { msg?: string; method?: string; reason?: string };
      if (msg !== "call" || method === undefined || reason === undefined) return;
      failures.set(`${method} failed with ${reason}`, { method, reason });
    },
    check() {
      if (failures.size === 0) return;
      documented ??= readReasons();
      // Health and reflection have no reasons.
      const undocumented = [...failures].filter(
        ([, { method, reason }]) => documented?.get(method)?.includes(reason) === false,
      );
      if (undocumented.length > 0) {
        throw new Error(
          `the comments in proto/ don't say this: ${undocumented.map(([text]) => text).join(", ")}`,
        );
      }
    },
  };
}
