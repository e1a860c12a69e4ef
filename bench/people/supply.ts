/** Things that are used some times each, and not all of them equally late. */
export interface Supply<T> {
  /** Returns the next one to use. */
  take(): T;
  /** Gets as many new ones as some thousand calls need. */
  fill(): Promise<void>;
}

/** As many calls as a phone makes with an access token in its 15 minutes. */
const USES = 10;
/** How many are in use at a time. */
const IN_USE = 64;
/** How many are waiting after `fill`. */
const STOCK = 600;

/**
 * A supply of what `issue` returns. Used over and over, tokens would all be in a server's cache; used once each, none
 * would. If the stock runs out, those in use are used on.
 */
export function createSupply<T>(issue: (count: number) => Promise<T[]>): Supply<T> {
  const inUse: { item: T; uses: number }[] = [];
  let stock: T[] = [];
  let next = -1;
  return {
    take() {
      next = (next + 1) % inUse.length;
      const current = inUse[next]!;
      if (current.uses >= USES && stock.length > 0) Object.assign(current, { item: stock.pop(), uses: 0 });
      current.uses += 1;
      return current.item;
    },
    async fill() {
      stock = [...stock, ...(await issue(STOCK + IN_USE - inUse.length - stock.length))];
      // Their first uses are spread, so that they don't all end with the same call.
      while (inUse.length < IN_USE) inUse.push({ item: stock.pop()!, uses: inUse.length % USES });
    },
  };
}
