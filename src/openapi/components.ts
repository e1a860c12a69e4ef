import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "@bufbuild/protobuf";
import { LoggableError } from "../system/loggable-error.js";

/** What several operations refer to, by the name of its section. */
type Section = "schemas" | "responses" | "headers" | "parameters";

/** Collects what several operations refer to. */
export interface Components {
  /**
   * Returns a reference to a component, which `make` makes at the first call. Throws if the name is taken by another
   * component.
   */
  refer(section: Section, name: string, make: () => JsonObject): JsonObject;
  /** The components, in alphabetical order. */
  all(): JsonObject;
}

export function createComponents(): Components {
  const sections = new Map<Section, Map<string, JsonObject>>();
  const open = new Set<string>();

  return {
    refer(section, name, make) {
      const components = sections.get(section) ?? new Map<string, JsonObject>();
      sections.set(section, components);
      const reference = { $ref: `#/components/${section}/${name}` };
      // A message may contain itself.
      if (open.has(reference.$ref)) return reference;
      open.add(reference.$ref);
      const component = make();
      open.delete(reference.$ref);
      const known = components.get(name) ?? component;
      if (!isDeepStrictEqual(known, component)) {
        throw new LoggableError(`two different components are called ${section}/${name}`);
      }
      components.set(name, component);
      return reference;
    },
    all() {
      const inOrder = <T>(map: ReadonlyMap<string, T>) =>
        [...map].sort(([one], [other]) => (one < other ? -1 : 1));
      return Object.fromEntries(
        inOrder(sections).map(([section, components]) => [section, Object.fromEntries(inOrder(components))]),
      );
    },
  };
}
