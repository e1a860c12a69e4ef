import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect } from "chai";
import { createFallbackStore } from "../../src/rate-limits/fallback-store.js";
import { createMemoryStore } from "../../src/rate-limits/memory-store.js";
import { redisFailure } from "../../src/rate-limits/redis-failure.js";
import { createLogger } from "../../src/system/logger.js";
import { systemRandom } from "../../src/system/random.js";
import { testClock } from "../support/clock.js";
import { expectNoSecret, hostileErrors, SECRETS } from "../support/hostile-errors.js";
import { perHour } from "./stores.js";

describe("redisFailure", () => {
  it("returns the class and the code of any error, and no other value", () => {
    for (const { error, type } of hostileErrors()) {
      expectNoSecret(redisFailure(error), type);
      expect(redisFailure(error)).to.match(/^[A-Za-z]/);
    }
  });

  it("is all that is logged of a reply that quotes a command", async () => {
    const lines: string[] = [];
    const sockets = new Set<Socket>();
    const redis = createServer((socket) => {
      sockets.add(socket.on("error", () => {}));
      const reply = `-ERR unknown command 'x', with args: ${SECRETS.replaceAll("\n", " ")}\r\n`;
      // One reply for each command.
      socket.on("data", (commands) => {
        for (const _ of commands.toString().matchAll(/\*\d+\r\n/g)) socket.write(reply);
      });
    }).listen(0, "127.0.0.1");
    await once(redis, "listening");
    const redisUrl = `redis://127.0.0.1:${(redis.address() as AddressInfo).port}`;
    const logger = createLogger("debug", { write: (line) => lines.push(line) });
    const store = createFallbackStore({
      redisUrl,
      redisPrefix: "",
      memoryStore: createMemoryStore(testClock()),
      clock: testClock(),
      random: systemRandom,
      logger,
    });
    await store.consume([perHour("+237670000001", 5)]);
    store.close();
    for (const socket of sockets) socket.destroy();
    redis.close();
    expect(lines).to.have.length(1);
    expectNoSecret(lines[0]!, "reply");
    expect(JSON.parse(lines[0]!).reason).to.match(/Error ERR$/);
  });
});
