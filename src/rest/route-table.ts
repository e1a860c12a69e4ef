import { LoggableError } from "../system/loggable-error.js";
import type { HttpBinding } from "./http-rules.js";

/** The values of a path's variables, by field name. */
export type Variables = Readonly<Record<string, string>>;

/** The result of a lookup: a target, or the HTTP methods that the path allows. */
type Match<Target> =
  | { target: Target; variables: Variables }
  | { target?: undefined; allowed: readonly string[] };

export interface RouteTable<Target> {
  /** Undefined for an unknown path. HEAD counts as GET. The trailing slash is optional; the rest must match exactly. */
  find(path: string, httpMethod: string): Match<Target> | undefined;
}

interface PathEntry<Target> {
  binding: HttpBinding;
  targets: Map<string, Target>;
}

/**
 * Finds targets by path and HTTP method. A path without variables wins over one with variables. Variables are
 * percent-decoded; a `+` in a path is a plus. Throws if two targets claim the same HTTP method and path.
 */
export function createRouteTable<Target>(
  entries: readonly { binding: HttpBinding; target: Target }[],
): RouteTable<Target> {
  const paths = new Map<string, PathEntry<Target>>();
  for (const { binding, target } of entries) {
    const shape = shapeOf(binding);
    const entry = paths.get(shape) ?? { binding, targets: new Map() };
    if (entry.targets.has(binding.httpMethod))
      throw new LoggableError(`two methods claim ${binding.httpMethod} ${shape}`);
    entry.targets.set(binding.httpMethod, target);
    paths.set(shape, entry);
  }
  const withVariables = [...paths.values()].filter(({ binding }) => binding.segments.some(isVariable));

  function findEntry(path: string): { entry: PathEntry<Target>; variables: Variables } | undefined {
    const literal = paths.get(path);
    if (literal) return { entry: literal, variables: {} };
    const pathSegments = path.slice(1).split("/");
    for (const entry of withVariables) {
      const variables = matchSegments(entry.binding, pathSegments);
      if (variables) return { entry, variables };
    }
    return undefined;
  }

  return {
    find(path, httpMethod) {
      const found = path.startsWith("/") ? findEntry(path.replace(/\/$/, "")) : undefined;
      if (!found) return undefined;
      const { targets } = found.entry;
      const target = targets.get(httpMethod === "HEAD" ? "GET" : httpMethod);
      if (target !== undefined) return { target, variables: found.variables };
      return {
        allowed: [...targets.keys()].flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])),
      };
    },
  };
}

const isVariable = ({ isVariable }: { isVariable: boolean }) => isVariable;

/**
 * The path with every variable as `?`, which no request path contains. Two bindings of one shape match the same paths.
 */
function shapeOf({ segments }: HttpBinding): string {
  return segments.map((segment) => `/${segment.isVariable ? "?" : segment.name}`).join("");
}

function matchSegments({ segments }: HttpBinding, pathSegments: readonly string[]): Variables | undefined {
  if (pathSegments.length !== segments.length) return undefined;
  const variables: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const pathSegment = pathSegments[index]!;
    if (!segment.isVariable) {
      if (pathSegment !== segment.name) return undefined;
      continue;
    }
    const value = percentDecode(pathSegment);
    if (!value) return undefined;
    variables[segment.name] = value;
  }
  return variables;
}

/** Undefined if the text is not percent-encoded UTF-8. */
function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
