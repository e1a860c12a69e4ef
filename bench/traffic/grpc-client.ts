import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  decodeFrames,
  frame as encodeFrame,
  type Frame,
  flag,
  frameType,
  headerBlock,
  preface,
} from "../../test/support/http2-frames.js";

/** A connection on which unary gRPC calls run side by side. */
export interface GrpcClient {
  /**
   * Makes a call with an empty message, and resolves with the frame of the response message. Rejects if there is none,
   * which is how a call fails. `header` comes from `grpcHeader`.
   */
  call(header: Buffer): Promise<Buffer>;
  close(): void;
}

/** A gRPC frame with an empty message: no flags, length 0. */
const EMPTY_MESSAGE = Buffer.alloc(5);
/** The largest window of flow control, so that the client never has to open it further. */
const MAX_WINDOW = 0x7f_ff_ff_ff;
const DEFAULT_WINDOW = 65_535;
const SETTING_INITIAL_WINDOW = 4;

interface Call {
  message: Buffer[];
  resolve(message: Buffer): void;
  reject(error: Error): void;
}

/** The header block of a gRPC call. */
export function grpcHeader(path: string, fields: Record<string, string> = {}): Buffer {
  return headerBlock({
    ":method": "POST",
    ":scheme": "http",
    ":path": path,
    ":authority": "identity.waterbill.app",
    "content-type": "application/grpc",
    te: "trailers",
    ...fields,
  });
}

function greeting(): Buffer {
  const settings = Buffer.alloc(6);
  settings.writeUInt16BE(SETTING_INITIAL_WINDOW, 0);
  settings.writeUInt32BE(MAX_WINDOW, 2);
  const window = Buffer.alloc(4);
  window.writeUInt32BE(MAX_WINDOW - DEFAULT_WINDOW);
  return Buffer.concat([
    preface,
    encodeFrame(frameType.settings, 0, 0, settings),
    encodeFrame(frameType.windowUpdate, 0, 0, window),
  ]);
}

/** Joins what is written in one turn of the event loop into one write. */
function writeTogether(socket: Socket): (bytes: Buffer) => void {
  return (bytes) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(bytes);
  };
}

/**
 * Connects to a port of this machine with prior knowledge. A client of its own for the reason of `connectHttp1`. It reads
 * no header fields: a gRPC call that fails has no message.
 */
export async function connectGrpc(port: number): Promise<GrpcClient> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  const write = writeTogether(socket);
  const calls = new Map<number, Call>();
  let lastStreamId = -1;
  let received: Buffer = Buffer.alloc(0);

  function end(streamId: number): void {
    const call = calls.get(streamId);
    calls.delete(streamId);
    const message = Buffer.concat(call?.message ?? []);
    if (message.length >= 5 && message.readUInt32BE(1) === message.length - 5) call?.resolve(message);
    else call?.reject(new Error("a gRPC call failed"));
  }

  /** Acknowledges SETTINGS and PING, which a server may wait for. */
  function acknowledge({ type, flags, payload }: Frame): void {
    if ((flags & flag.acknowledged) !== 0) return;
    write(encodeFrame(type, flag.acknowledged, 0, type === frameType.ping ? payload : Buffer.alloc(0)));
  }

  function receive(frame: Frame): void {
    const { type, flags, streamId, payload } = frame;
    if (type === frameType.settings || type === frameType.ping) acknowledge(frame);
    if (type === frameType.data) calls.get(streamId)?.message.push(payload);
    if (type === frameType.reset) end(streamId);
    if ((type === frameType.data || type === frameType.headers) && (flags & flag.endStream) !== 0)
      end(streamId);
  }

  function failAll(error: Error): void {
    for (const { reject } of calls.values()) reject(error);
    calls.clear();
  }

  socket.on("data", (chunk: Buffer) => {
    const { frames, rest } = decodeFrames(received.length === 0 ? chunk : Buffer.concat([received, chunk]));
    received = rest;
    frames.forEach(receive);
  });
  socket.on("error", failAll);
  socket.on("close", () => failAll(new Error("the server disconnected")));
  write(greeting());

  return {
    call: (header) =>
      new Promise((resolve, reject) => {
        lastStreamId += 2;
        calls.set(lastStreamId, { message: [], resolve, reject });
        write(
          Buffer.concat([
            encodeFrame(frameType.headers, flag.endHeaders, lastStreamId, header),
            encodeFrame(frameType.data, flag.endStream, lastStreamId, EMPTY_MESSAGE),
          ]),
        );
      }),
    close: () => void socket.destroy(),
  };
}
