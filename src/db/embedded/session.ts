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
  /** What clients are told when they connect. */
  settings: Readonly<Record<string, string>>;
  /** Hands whole messages to PostgreSQL and returns its answers. */
  exec(messages: Uint8Array): Promise<Uint8Array>;
  /** Who holds the turn has the backend for itself: its transaction, its unnamed statement. */
  mutex: Mutex;
  /** Milliseconds that a client may keep a transaction open without saying anything. */
  idleTimeoutMs: number;
}

/** The next piece that `recognise` finds in what the client sends; undefined when the client is gone. */
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
        const piece = bytes.subarray(0, found.length);
        bytes = bytes.subarray(found.length);
        return { ...found, bytes: piece };
      }
      // A connection that breaks is as gone as one that is closed.
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

/** Whether the client asked for a session. */
async function welcome(socket: Socket, read: Read, engine: Engine): Promise<boolean> {
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

/**
 * Serves one client until it leaves. A client that leaves inside a transaction has it rolled back.
 * Rejects only when the engine breaks down.
 */
export async function serveSession(socket: Socket, engine: Engine): Promise<void> {
  socket.on("error", () => socket.destroy());
  socket.on("timeout", () => {
    const message = "the transaction was idle for too long and has been rolled back";
    socket.end(errorResponse("FATAL", "25P03", message), () => socket.destroy());
  });
  const read = createReader(socket);
  let endTurn: (() => void) | undefined;
  let open = await welcome(socket, read, engine);
  while (open) {
    socket.setTimeout(endTurn ? engine.idleTimeoutMs : 0);
    const batch = await read(batchOf);
    socket.setTimeout(0);
    if (!batch || batch.end === "X") break;
    endTurn ??= await engine.mutex.acquire().catch(() => undefined);
    open = !socket.destroyed;
    if (!endTurn) {
      const busy = errorResponse("ERROR", "55P03", "the embedded database is busy with another transaction");
      await write(socket, Buffer.concat([busy, READY_FOR_QUERY]));
    } else if (open) {
      const reply = await engine.exec(batch.bytes);
      await write(socket, reply);
      if (isIdle(reply)) {
        endTurn();
        endTurn = undefined;
      }
    }
  }
  if (endTurn) {
    await engine.exec(SYNC);
    await engine.exec(ROLLBACK);
    endTurn();
  }
  socket.destroy();
}
