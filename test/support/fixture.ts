/** The lifetime of a fixture: all tests of the describe (or file) that uses it, or each test. */
export type FixtureScope = "suite" | "test";

type Close = () => unknown;

/** What to close after a suite, and after each of its tests. */
const opened = { suite: new WeakMap<Mocha.Suite, Close[]>(), test: new WeakMap<Mocha.Suite, Close[]>() };

function openedIn(hook: Mocha.Context, scope: FixtureScope): Close[] {
  const suite = hook.test?.parent;
  if (!suite) throw new Error("a fixture belongs into a describe or a file");
  const closes = opened[scope].get(suite) ?? [];
  opened[scope].set(suite, closes);
  return closes;
}

/** Runs `open` before the tests, and the function that it returns after them, in reverse order of opening. */
export function aroundTests(open: () => Promise<Close>, scope: FixtureScope = "suite"): void {
  const [start, end] = scope === "suite" ? [before, after] : [beforeEach, afterEach];
  start(async function () {
    openedIn(this, scope).push(await open());
  });
  end(async function () {
    const closes = openedIn(this, scope);
    for (let close = closes.pop(); close; close = closes.pop()) await close();
  });
}

/**
 * Creates an object before the tests of the calling describe (or file), and closes it after them. The returned object
 * gets the properties of that object: read them only inside tests and hooks, because it has none before.
 */
export function useFixture<T extends object>(
  create: () => Promise<T>,
  close: (made: T) => unknown,
  scope?: FixtureScope,
): T {
  const fixture = {} as T;
  aroundTests(async () => {
    const made = await create();
    Object.assign(fixture, made);
    return () => close(made);
  }, scope);
  return fixture;
}
