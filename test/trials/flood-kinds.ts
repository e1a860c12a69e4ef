import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { requestFrame, resetFrame, settings } from "../http/http2-frames.js";
import { getRequest } from "../http/raw-client.js";
import { flag, frame, frameType, headerBlock, preface } from "../support/http2-frames.js";

/** Sends a flood to a port of 127.0.0.1; resolves when all of it has been sent, or refused. */
export type Flood = (port: number) => Promise<void>;

/** How long a slow client keeps its connections, in milliseconds: longer than the service allows. */
const SLOW_MS = 15_000;

/** Pause of a flood after a connection that was refused, in milliseconds. */
const REFUSED_MS = 100;

/** Phone numbers that floods have used. */
let numbers = 0;

interface Connection {
  socket: Socket;
  closed: Promise<void>;
  /** Resolves with the next data, and at the end of the connection. */
  received(): Promise<void>;
}

/** Opens a connection from an address of 127.0.0.0/8; undefined if it is refused. */
async function open(port: number, localAddress: string): Promise<Connection | undefined> {
  const socket = connect({ port, host: "127.0.0.1", localAddress, noDelay: true });
  let onData = () => {};
  socket.on("error", () => {});
  socket.on("data", () => onData());
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const connected = new Promise<void>((resolve) => socket.once("connect", resolve));
  socket.once("close", () => onData());
  await Promise.race([connected, closed]);
  const received = () =>
    new Promise<void>((resolve) => {
      onData = resolve;
      if (socket.destroyed) resolve();
    });
  return socket.destroyed ? undefined : { socket, closed, received };
}

/** How many floods have run. Each has an address of its own, because the service holds the one before against its address. */
let floods = 0;

/** Opens `count` connections, lets `use` run on each at once, and closes them. */
async function onConnections(port: number, count: number, use: (connection: Connection) => Promise<unknown>) {
  floods += 1;
  const address = `127.0.3.${floods}`;
  const connections = await Promise.all(Array.from({ length: count }, () => open(port, address)));
  const opened = connections.filter((connection) => connection !== undefined);
  await Promise.all(opened.map(use));
  for (const { socket } of opened) socket.destroy();
}

/** Writes `next` again and again until the service disconnects, or SLOW_MS have passed. */
async function drip({ socket }: Connection, first: string, next: string): Promise<void> {
  const end = performance.now() + SLOW_MS;
  socket.write(first);
  while (!socket.destroyed && performance.now() < end) {
    socket.write(next);
    await delay(500);
  }
}

/** Writes `bytes` and waits for the end of the connection, at most 5 s. */
async function writeAndWait({ socket, closed }: Connection, bytes: string | Buffer): Promise<void> {
  socket.write(bytes);
  await Promise.race([closed, delay(5_000)]);
}

function post(path: string, body: string, length = Buffer.byteLength(body)): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

const LOGIN = "/api/auth/login/";
const wrongLogin = post(LOGIN, '{"phone":"+237670000001","password":"wrong"}');

/** Calls one after the other, as fast as they are answered. Rejects if the service disconnects: it should refuse calls. */
async function repeatCall({ socket, received }: Connection, request: string, count: number): Promise<void> {
  for (let call = 0; call < count; call++) {
    const answered = received();
    socket.write(request);
    await answered;
    if (socket.destroyed) throw new Error(`the service disconnected after ${call} calls of a flood`);
  }
}

const http2Start = Buffer.concat([preface, settings]);

/** 5,000 streams that are opened and reset at once (CVE-2023-44487). */
const rapidReset = Buffer.concat([
  ...Array.from({ length: 5_000 }, (_, index) => [
    requestFrame(2 * index + 1, {}),
    resetFrame(2 * index + 1),
  ]).flat(),
]);

/** A header block that never ends (CVE-2024-27316): CONTINUATION frames (type 9) of 16 KiB. */
const endlessHeader = Buffer.concat([
  preface,
  settings,
  requestFrame(1, {}, flag.endStream),
  ...Array.from({ length: 100 }, () =>
    frame(9, 0, 1, Buffer.concat(Array.from({ length: 120 }, () => headerBlock({ x: "x".repeat(120) })))),
  ),
]);

const pings = Buffer.concat([
  preface,
  settings,
  ...Array.from({ length: 20_000 }, () => frame(frameType.ping, 0, 0, Buffer.alloc(8))),
]);

/**
 * Opens `count` connections from `address`, and keeps those that the service admits: each sends one request, which leaves
 * it open for longer than one that sends nothing. Returns a function that counts them.
 */
export async function holdConnections(port: number, count: number, address: string): Promise<() => number> {
  const opened: (Connection | undefined)[] = [];
  const hold = async () => {
    const connection = await open(port, address);
    connection?.socket.write(getRequest("/ping/"));
    return connection;
  };
  while (opened.length < count) {
    opened.push(...(await Promise.all(Array.from({ length: 200 }, hold))));
  }
  return () => opened.filter((connection) => connection && !connection.socket.destroyed).length;
}

/** Resets 5,000 streams on a connection; true if the service began HTTP/2 on it, so that it read resets, and cut it. */
async function floodOnce(port: number, address: string): Promise<boolean> {
  const connection = await open(port, address);
  if (!connection) return false;
  const begun = connection.received();
  connection.socket.write(http2Start);
  await begun;
  const hasBegun = !connection.socket.destroyed;
  if (hasBegun) await writeAndWait(connection, rapidReset);
  const isCut = connection.socket.destroyed;
  connection.socket.destroy();
  return hasBegun && isCut;
}

/**
 * Resets streams on 10 connections of `address` at a time, until `seconds` have passed: each that is cut is followed by
 * another. Returns on how many the service read resets, and how many it refused.
 */
export async function resetStreams(
  port: number,
  seconds: number,
  address: string,
): Promise<{ flooded: number; refused: number }> {
  const end = performance.now() + seconds * 1000;
  const counts = { flooded: 0, refused: 0 };
  const repeat = async () => {
    while (performance.now() < end) {
      if (await floodOnce(port, address)) {
        counts.flooded += 1;
        continue;
      }
      counts.refused += 1;
      // Without a pause this would be a flood of connections, which on one machine takes the processors from the service.
      await delay(REFUSED_MS);
    }
  };
  await Promise.all(Array.from({ length: 10 }, repeat));
  return counts;
}

/** Streams that stay below what one connection may reset. */
const WIDE_STREAMS = 199;
const wideRequests = Buffer.concat(
  Array.from({ length: WIDE_STREAMS }, (_, index) =>
    requestFrame(2 * index + 1, { ":path": LOGIN }, flag.endHeaders | flag.endStream),
  ),
);
const wideResets = Buffer.concat(
  Array.from({ length: WIDE_STREAMS }, (_, index) => resetFrame(2 * index + 1)),
);

/**
 * Opens `count` connections of `address` first, and then sends requests on all of them at once and resets them: on each
 * no more than one connection may. Returns how many were open.
 */
export async function floodWidely(port: number, count: number, address: string): Promise<number> {
  const opened = await Promise.all(Array.from({ length: count }, () => open(port, address)));
  const sockets = opened.flatMap((connection) => (connection ? [connection.socket] : []));
  for (const socket of sockets) socket.write(Buffer.concat([http2Start, wideRequests]));
  await delay(20);
  for (const socket of sockets) socket.write(wideResets);
  await delay(5_000);
  for (const socket of sockets) socket.destroy();
  return sockets.length;
}

/** Sends requests for codes to numbers that were never used before, one after the other. */
async function askForCodes(connection: Connection, count: number): Promise<void> {
  for (let call = 0; call < count; call++) {
    numbers += 1;
    const phone = `+2376${String(numbers).padStart(8, "0")}`;
    await repeatCall(connection, post("/api/auth/resend-code/", JSON.stringify({ phone })), 1);
  }
}

export const FLOODS: Readonly<Record<string, Flood>> = {
  "2,000 idle connections": (port) => onConnections(port, 2_000, () => delay(3_000)),
  "50 connections with 1,000 pipelined requests each": (port) =>
    onConnections(port, 50, (each) => writeAndWait(each, getRequest("/api/auth/profile/").repeat(1_000))),
  "500 connections that send a header slowly": (port) =>
    onConnections(port, 500, (each) => drip(each, "GET / HTTP/1.1\r\nHost: a\r\n", "X: y\r\n")),
  "500 connections that send a body slowly": (port) =>
    onConnections(port, 500, (each) => drip(each, post(LOGIN, "", 1_000), " ")),
  "200 headers of 1 MB": (port) =>
    onConnections(port, 200, (each) => writeAndWait(each, getRequest(`/${"x".repeat(1_000_000)}`))),
  "10 connections that reset 5,000 streams each": (port) =>
    onConnections(port, 10, (each) => writeAndWait(each, Buffer.concat([http2Start, rapidReset]))),
  "256 connections that reset 5,000 streams each": (port) =>
    onConnections(port, 256, (each) => writeAndWait(each, Buffer.concat([http2Start, rapidReset]))),
  "50 endless HTTP/2 headers": (port) => onConnections(port, 50, (each) => writeAndWait(each, endlessHeader)),
  "20 connections with 20,000 pings each": (port) =>
    onConnections(port, 20, (each) => writeAndWait(each, pings)),
  "10,000 calls without a token": (port) =>
    onConnections(port, 50, (each) => repeatCall(each, getRequest("/api/auth/profile/"), 200)),
  "10,000 logins, of which nearly all are too many": (port) =>
    onConnections(port, 50, (each) => repeatCall(each, wrongLogin, 200)),
  "60,000 calls for codes to number after number": (port) =>
    onConnections(port, 50, (each) => askForCodes(each, 1_200)),
};
