import { randomInt } from "node:crypto";
import { once } from "node:events";
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

// A process that has, or wants, the data of a folder listens on a unix socket of its own in that folder. Who can
// be connected to is alive, whatever its process id means to us (containers may share the folder), and the
// kernel takes the listening away with the process, so that nothing is ever stale after a kill -9.
//
// Whoever wants the data first listens, then looks at all other sockets, and withdraws when one is alive. Of two
// that do so at once, the one that looked later saw the other listening: never two believe that they own it.

/** `pg-<process id>-<random>.sock` */
const SOCKET_NAME = /^pg-(\d+)-\d+\.sock$/;

/** What a socket's address holds on every system (104 bytes on macOS, 108 on Linux), without the final zero. */
const MAX_ADDRESS_BYTES = 103;

/** The process that has the data. */
export interface LockHolder {
  pid: number;
  /** Where it listens. */
  address: string;
}

/** The shorter of the two ways to write a path, as a socket's address must be short. */
function addressOf(folder: string, name: string): string {
  const absolute = join(folder, name);
  const short = relative(process.cwd(), absolute);
  const address = short.length < absolute.length ? short : absolute;
  if (Buffer.byteLength(address) > MAX_ADDRESS_BYTES) {
    throw new Error(`${folder} is too long a path for the embedded database: choose a shorter DATA_DIR.`);
  }
  return address;
}

/** Only a refusal, or no socket at all, proves that nobody listens. */
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

/** The process that has the data of `folder`, or is about to take it. */
export async function findLockHolder(folder: string, except?: string): Promise<LockHolder | undefined> {
  for (const owner of socketsIn(folder)) {
    if (owner.address !== except && (await isAlive(owner.address))) return owner;
  }
  return undefined;
}

/** The data has an owner already. */
export class DirectoryInUseError extends Error {
  constructor(
    folder: string,
    readonly holder: LockHolder,
  ) {
    super(
      `The data in ${folder} is in use by process ${holder.pid}: stop it first, or choose another DATA_DIR.`,
    );
    this.name = "FolderInUse";
  }
}

/** Listens and hands on connections until it is asked to withdraw, which ends them. */
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
    // An owner has removed the socket already, and will be found next.
  }
  const withdraw = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { server, withdraw };
}

/** Removes what killed processes have left, and the sockets of processes that are about to withdraw. */
function removeOthers(folder: string, address: string): void {
  const others = socketsIn(folder).filter((other) => other.address !== address);
  for (const other of others) rmSync(other.address, { force: true });
}

/**
 * Makes this process the owner of `folder`: resolves with its listening socket, which is the proof, and its
 * address. Waits up to `patience` milliseconds for an earlier owner to end; throws FolderInUse when it does not.
 *
 * @param accept gets connections from the first moment on, also those of an attempt that fails
 */
export async function acquireDirectoryLock(
  folder: string,
  patience: number,
  accept: (socket: Socket) => void,
) {
  const deadline = performance.now() + patience;
  for (;;) {
    let rival = await findLockHolder(folder);
    if (!rival) {
      const address = addressOf(folder, `pg-${process.pid}-${randomInt(1e9)}.sock`);
      const { server, withdraw } = await listen(address, accept);
      rival = await findLockHolder(folder, address);
      if (!rival) {
        removeOthers(folder, address);
        return { server, address };
      }
      withdraw();
    }
    if (performance.now() > deadline) throw new DirectoryInUseError(folder, rival);
    // Chance decides between two that see each other and both withdraw.
    await delay(20 + randomInt(100));
  }
}
