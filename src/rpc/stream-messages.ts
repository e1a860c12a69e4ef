import { Code, ConnectError } from "@connectrpc/connect";
import { untilAborted } from "./deadline.js";

/** Yields the messages; if iterating them fails, throws the translated error. */
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

/** Yields each message after `check` accepts it; throws what `check` throws. */
export async function* checkEach<T>(
  messages: AsyncIterable<T>,
  check: (message: T) => void,
): AsyncGenerator<T> {
  for await (const message of messages) {
    check(message);
    yield message;
  }
}

/** Yields the messages until `signal` aborts, then throws a ConnectError without waiting for the next message. */
export async function* untilStopped<T>(messages: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = messages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await unlessStopped(iterator.next(), signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: the iterator may be waiting for a message that never comes.
    void iterator.return?.().catch(() => undefined);
  }
}

/** Resolves with `work`, or rejects with a ConnectError when `signal` aborts: on a disconnect or at the deadline. */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await untilAborted(work, signal);
  } catch (error) {
    if (!signal.aborted || error instanceof ConnectError) throw error;
    throw new ConnectError("", Code.Canceled, undefined, undefined, error);
  }
}

/**
 * Yields the messages and calls `onEnd` once: without an error after the last message, with the error of a failure, or
 * with ConnectError canceled if the consumer stops early.
 */
export async function* watchEnd<T>(
  messages: AsyncIterable<T>,
  onEnd: (error?: unknown) => void,
): AsyncGenerator<T> {
  let result: { error?: unknown } = { error: new ConnectError("", Code.Canceled) };
  try {
    yield* messages;
    result = {};
  } catch (error) {
    result = { error };
    throw error;
  } finally {
    onEnd(result.error);
  }
}
