import { Cluster } from "ioredis";

/**
 * A client of a Redis Cluster that sends each node the commands of one turn of the event loop in one write.
 *
 * Each command is redirected by itself (MOVED, ASK). A pipeline of ioredis is redirected only if all of its commands
 * fail in the same way, so when a slot moves, the commands for that slot fail.
 */
export class BatchingCluster extends Cluster {
  #isHolding = false;

  override sendCommand(...command: Parameters<Cluster["sendCommand"]>): unknown {
    if (!this.#isHolding) this.#holdWrites();
    return super.sendCommand(...command);
  }

  /** Holds what is written to connected nodes until this turn of the event loop ends. */
  #holdWrites(): void {
    this.#isHolding = true;
    const streams = this.nodes().flatMap(({ stream }) => stream ?? []);
    for (const stream of streams) stream.cork();
    setImmediate(() => {
      this.#isHolding = false;
      for (const stream of streams) stream.uncork();
    });
  }
}
