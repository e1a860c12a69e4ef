import type { HttpBinding } from "./http-rules.js";

/** What stands for a variable in a path, by field name. */
export type Variables = Readonly<Record<string, string>>;

/** What a path and a httpMethod lead to: a target, or the HTTP methods that the path knows instead. */
export type Match<Target> =
  | { target: Target; variables: Variables }
  | { target?: undefined; allowed: readonly string[] };

export interface RouteTable<Target> {
  /** Undefined for an unknown path. HEAD is GET; a slash at the end makes no difference, anything else does. */
  find(path: string, httpMethod: string): Match<Target> | undefined;
}

interface Place<Target> {
  binding: HttpBinding;
  targets: Map<string, Target>;
}

/**
 * Finds targets by path and httpMethod. A path without variables beats one with them. Variables are
 * percent-decoded; a `+` in a path is a plus. Throws when two targets claim the same httpMethod and path.
 */
export function createRouteTable<Target>(
  entries: readonly { binding: HttpBinding; target: Target }[],
): RouteTable<Target> {
  const places = new Map<string, Place<Target>>();
  for (const { binding, target } of entries) {
    const shape = shapeOf(binding);
    const place = places.get(shape) ?? { binding, targets: new Map() };
    if (place.targets.has(binding.httpMethod))
      throw new Error(`two methods claim ${binding.httpMethod} ${shape}`);
    place.targets.set(binding.httpMethod, target);
    places.set(shape, place);
  }
  const withVariables = [...places.values()].filter(({ binding }) => binding.segments.some(isVariable));

  function findPlace(path: string): { place: Place<Target>; variables: Variables } | undefined {
    const literal = places.get(path);
    if (literal) return { place: literal, variables: {} };
    const pathSegments = path.slice(1).split("/");
    for (const place of withVariables) {
      const variables = matchSegments(place.binding, pathSegments);
      if (variables) return { place, variables };
    }
    return undefined;
  }

  return {
    find(path, httpMethod) {
      const found = path.startsWith("/") ? findPlace(path.replace(/\/$/, "")) : undefined;
      if (!found) return undefined;
      const { targets } = found.place;
      const target = targets.get(httpMethod === "HEAD" ? "GET" : httpMethod);
      if (target !== undefined) return { target, variables: found.variables };
      return {
        allowed: [...targets.keys()].flatMap((known) => (known === "GET" ? ["GET", "HEAD"] : [known])),
      };
    },
  };
}

const isVariable = ({ isVariable }: { isVariable: boolean }) => isVariable;

/** The path with every variable alike, as no request can spell it: two bindings of one shape match the same paths. */
function shapeOf({ segments }: HttpBinding): string {
  return segments.map((segment) => `/${segment.isVariable ? "{}" : segment.name}`).join("");
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

/** Undefined for what is not percent-encoded UTF-8. */
function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
