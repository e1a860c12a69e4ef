import { ConnectError, type Transport } from "@connectrpc/connect";
import type { Challenges } from "./challenge.js";
import type { Errors } from "./read-error.js";

interface PlainTransportDeps {
  base: Transport;
  challenges: Challenges;
  errors: Errors;
  language: () => string | undefined;
}

/** Sends calls as they are, in the app's language, and reads the errors and the time of the responses. */
export function createPlainTransport({ base, challenges, errors, language }: PlainTransportDeps): Transport {
  function withLanguage(header: ConstructorParameters<typeof Headers>[0]): Headers {
    const headers = new Headers(header);
    const wanted = language();
    if (wanted && !headers.has("accept-language")) headers.set("accept-language", wanted);
    return headers;
  }

  function readError(error: unknown) {
    if (error instanceof ConnectError) challenges.learn(error.metadata);
    return errors.read(error);
  }

  async function* readMessages<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* messages;
    } catch (error) {
      throw readError(error);
    }
  }

  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      try {
        const response = await base.unary(
          method,
          signal,
          timeoutMs,
          withLanguage(header),
          input,
          contextValues,
        );
        challenges.learn(response.header);
        return response;
      } catch (error) {
        throw readError(error);
      }
    },
    async stream(method, signal, timeoutMs, header, input, contextValues) {
      try {
        const response = await base.stream(
          method,
          signal,
          timeoutMs,
          withLanguage(header),
          input,
          contextValues,
        );
        return { ...response, message: readMessages(response.message) };
      } catch (error) {
        throw readError(error);
      }
    },
  };
}
