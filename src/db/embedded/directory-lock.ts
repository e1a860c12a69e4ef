import { randomInt } from "node:crypto";
import { once } from "node:events";
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LoggableError } from "../../system/loggable-error.js";

// A process that holds or wants the data of a folder listens on its own unix socket in that folder. A socket that
// accepts connections belongs to a live process, whatever its process id means to us (containers may share the folder).
// The kernel closes the socket together with the process, so kill -9 leaves no stale lock.
//
// A process that wants the data first listens, then checks all other sockets, and withdraws if one is alive. Of two
// concurrent processes, the one that checks later sees the other listening, so two never both believe that they hold
// the lock.

/** `pg-<process id>-<random>.sock` */
const SOCKET_NAME = /^pg-(\d+)-\d+\.sock$/;

/** Maximum length of a socket address on every system (104 bytes on macOS, 108 on Linux), without the final zero. */
const MAX_ADDRESS_BYTES = 103;

/** The process that holds the data. */
export interface LockHolder {
  pid: number;
  /** The unix socket that it listens on. */
  address: string;
}

/** The absolute or the relative path, whichever is shorter, because a socket address must be short. */
function addressOf(folder: string, name: string): string {
  const absolute = join(folder, name);
  const fromHere = relative(process.cwd(), absolute);
  const address = fromHere.length < absolute.length ? fromHere : absolute;
  if (Buffer.byteLength(address) > MAX_ADDRESS_BYTES) {
    throw new LoggableError(
      `The path ${folder} is too long for the embedded database: choose a shorter DATA_DIR.`,
    );
  }
  return address;
}

/** Only a refused connection or a missing socket proves that no process listens. */
async function isAlive(address: string): Promise<boolean> {
  const socket = connect(address);
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    return !["ECONNREFUSED", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
  } finally {
    socket.destroy();
  }
}

function socketsIn(folder: string): LockHolder[] {
  return readdirSync(folder).flatMap((name) => {
    const match = SOCKET_NAME.exec(name);
    return match ? [{ pid: Number(match[1]), address: addressOf(folder, name) }] : [];
  });
}

/** Finds the process that holds the data of `folder`, or is about to take it. */
export async function findLockHolder(folder: string, except?: string): Promise<LockHolder | undefined> {
  for (const holder of socketsIn(folder)) {
    if (holder.address !== except && (await isAlive(holder.address))) return holder;
  }
  return undefined;
}

/** Another process holds the data. */
export class DirectoryInUseError extends LoggableError {
  readonly holder: LockHolder;

  constructor(folder: string, holder: LockHolder) {
    super(
      `The data in ${folder} is in use by process ${holder.pid}: stop it first, or choose another DATA_DIR.`,
    );
    this.holder = holder;
  }
}

/** Listens and passes connections to `accept`. `withdraw` stops listening and closes the connections. */
async function listen(address: string, accept: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    accept(socket);
  });
  server.listen(address);
  await once(server, "listening");
  try {
    chmodSync(address, 0o600);
  } catch {
    // The holder has already removed this socket; the next check finds the holder.
  }
  const withdraw = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { server, withdraw };
}

/** Removes the sockets of killed processes, and those of processes that are about to withdraw. */
function removeOthers(folder: string, address: string): void {
  const others = socketsIn(folder).filter((other) => other.address !== address);
  for (const other of others) rmSync(other.address, { force: true });
}

/**
 * Makes this process the holder of `folder`. Resolves with its listening server, which is the lock, and its address.
 * Waits up to `timeoutMs` for the current holder to end; throws DirectoryInUseError if it does not.
 *
 * @param accept receives connections from the start, including those of a failed attempt
 */
export async function acquireDirectoryLock(
  folder: string,
  timeoutMs: number,
  accept: (socket: Socket) => void,
) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let holder = await findLockHolder(folder);
    if (!holder) {
      const address = addressOf(folder, `pg-${process.pid}-${randomInt(1e9)}.sock`);
      const { server, withdraw } = await listen(address, accept);
      holder = await findLockHolder(folder, address);
      if (!holder) {
        removeOthers(folder, address);
        return { server, address };
      }
      withdraw();
    }
    if (performance.now() > deadline) throw new DirectoryInUseError(folder, holder);
    // Random, because two processes that see each other both withdraw.
    await delay(20 + randomInt(100));
  }
}
