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

/** Reads the log of a service, and remembers which methods failed with reasons that their .proto files don't name. */
export interface ReasonWatch {
  onLogLine(line: string): void;
  /** Fails if there was one. */
  check(): void;
}

export function watchReasons(): ReasonWatch {
  const undocumented = new Set<string>();
  return {
    onLogLine(line) {
      if (!line.includes('"reason":')) return;
      const { msg, method, reason } = JSON.parse(line) as { msg?: string; method?: string; reason?: string };
      if (msg !== "call" || method === undefined || reason === undefined) return;
      documented ??= readReasons();
      // Health and reflection have no reasons.
      const reasons = documented.get(method);
      if (reasons && !reasons.includes(reason)) undocumented.add(`${method} failed with ${reason}`);
    },
    check() {
      if (undocumented.size > 0) {
        throw new Error(`the comments in proto/ don't say this: ${[...undocumented].join(", ")}`);
      }
    },
  };
}
