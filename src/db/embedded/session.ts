import { once } from "node:events";
import type { Socket } from "node:net";
import type { Mutex } from "./mutex.js";
import {
  batchOf,
  errorResponse,
  greeting,
  isIdle,
  NO_ENCRYPTION,
  openingOf,
  READY_FOR_QUERY,
  ROLLBACK,
  SYNC,
} from "./wire-protocol.js";

/** The one backend that all sessions share. */
export interface Engine {
  /** The server settings reported to clients when they connect. */
  settings: Readonly<Record<string, string>>;
  /** Passes complete messages to PostgreSQL and returns its response. */
  exec(messages: Uint8Array): Promise<Uint8Array>;
  /** The session that holds it has the backend to itself: its transaction, its unnamed statement. */
  mutex: Mutex;
  /** Idle timeout (ms) of a client with an open transaction. */
  idleTimeoutMs: number;
}

/** Reads the next part of the client's input that `recognise` finds; undefined if the client has disconnected. */
type Read = <T extends { length: number }>(
  recognise: (bytes: Buffer) => T | undefined,
) => Promise<(T & { bytes: Buffer }) | undefined>;

function createReader(socket: Socket): Read {
  const chunks: AsyncIterator<Buffer, undefined> = socket[Symbol.asyncIterator]();
  let bytes: Buffer = Buffer.alloc(0);
  return async (recognise) => {
    for (;;) {
      const found = recognise(bytes);
      if (found) {
        const part = bytes.subarray(0, found.length);
        bytes = bytes.subarray(found.length);
        return { ...found, bytes: part };
      }
      // A broken connection counts as closed.
      const chunk = await chunks.next().catch(() => undefined);
      if (!chunk?.value) return undefined;
      bytes = Buffer.concat([bytes, chunk.value]);
    }
  };
}

async function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  if (socket.destroyed || socket.write(bytes)) return;
  await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => undefined);
}

/** Responds to the client's opening messages. Returns whether the client asked for a session. */
async function openSession(socket: Socket, read: Read, engine: Engine): Promise<boolean> {
  for (;;) {
    const opening = await read(openingOf);
    if (opening?.asks === "encryption") {
      await write(socket, NO_ENCRYPTION);
    } else {
      if (opening?.asks === "session") await write(socket, greeting(engine.settings));
      return opening?.asks === "session";
    }
  }
}

const BUSY = Buffer.concat([
  errorResponse("ERROR", "55P03", "the embedded database is busy with another transaction"),
  READY_FOR_QUERY,
]);

/** One client's hold of the backend, from the first message of a transaction to its end. */
interface Hold {
  readonly isHeld: boolean;
  /** Waits for the backend, unless it is held already. False if the backend is busy for too long. */
  acquire(): Promise<boolean>;
  release(): void;
}

function createHold(mutex: Mutex): Hold {
  let release: (() => void) | undefined;
  return {
    get isHeld() {
      return release !== undefined;
    },
    async acquire() {
      release ??= await mutex.acquire().catch(() => undefined);
      return release !== undefined;
    },
    release() {
      release?.();
      release = undefined;
    },
  };
}

/** Executes whole messages and writes the response. Releases the backend at the end of the transaction. */
async function serveBatch(socket: Socket, engine: Engine, hold: Hold, messages: Uint8Array): Promise<void> {
  if (!(await hold.acquire())) return write(socket, BUSY);
  if (socket.destroyed) return;
  const response = await engine.exec(messages);
  await write(socket, response);
  if (isIdle(response)) hold.release();
}

/**
 * Serves one client until it disconnects, and then rolls back its open transaction, if any.
 * Rejects only if the engine fails.
 */
export async function serveSession(socket: Socket, engine: Engine): Promise<void> {
  socket.on("error", () => socket.destroy());
  socket.on("timeout", () => {
    const message = "the transaction was idle for too long and was rolled back";
    socket.end(errorResponse("FATAL", "25P03", message), () => socket.destroy());
  });
  const read = createReader(socket);
  const hold = createHold(engine.mutex);
  const isOpen = await openSession(socket, read, engine);
  while (isOpen && !socket.destroyed) {
    socket.setTimeout(hold.isHeld ? engine.idleTimeoutMs : 0);
    const batch = await read(batchOf);
    socket.setTimeout(0);
    if (!batch || batch.end === "X") break;
    await serveBatch(socket, engine, hold, batch.bytes);
  }
  if (hold.isHeld) {
    await engine.exec(SYNC);
    await engine.exec(ROLLBACK);
    hold.release();
  }
  socket.destroy();
}
