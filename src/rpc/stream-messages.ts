import { Code, ConnectError } from "@connectrpc/connect";
import { untilAborted } from "./deadline.js";

/** The messages, with `translate` of what iterating them fails with in its place. */
export async function* translateFailure<T>(
  messages: AsyncIterable<T>,
  translate: (error: unknown) => unknown,
): AsyncGenerator<T> {
  try {
    yield* messages;
  } catch (error) {
    throw translate(error);
  }
}

/** The messages, after each of which `check` has passed. */
export async function* checkEach<T>(
  messages: AsyncIterable<T>,
  check: (message: T) => void,
): AsyncGenerator<T> {
  for await (const message of messages) {
    check(message);
    yield message;
  }
}

/** The messages, until `signal` aborts: then iterating throws a ConnectError, whatever is still awaited. */
export async function* untilStopped<T>(messages: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = messages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await unlessStopped(iterator.next(), signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // It may be waiting for what never comes.
    void iterator.return?.().catch(() => undefined);
  }
}

/** What `work` comes to, or a ConnectError as soon as `signal` aborts: the client has gone, or waits no longer. */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await untilAborted(work, signal);
  } catch (error) {
    if (!signal.aborted || error instanceof ConnectError) throw error;
    throw new ConnectError("", Code.Canceled, undefined, undefined, error);
  }
}

/** The messages; `onEnd` is told once how it ended: with an error, or because nobody wants any more (canceled). */
export async function* watchEnd<T>(
  messages: AsyncIterable<T>,
  onEnd: (error?: unknown) => void,
): AsyncGenerator<T> {
  let end: { error?: unknown } = { error: new ConnectError("", Code.Canceled) };
  try {
    yield* messages;
    end = {};
  } catch (error) {
    end = { error };
    throw error;
  } finally {
    onEnd(end.error);
  }
}
