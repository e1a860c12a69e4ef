/** A generator of numbers in [0, 1), the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Texts of up to `maxPieces` of the pieces each. */
export function seededTexts(
  pieces: readonly string[],
  { count, maxPieces, seed }: { count: number; maxPieces: number; seed: number },
): string[] {
  const random = seeded(seed);
  const piece = () => pieces[Math.floor(random() * pieces.length)];
  return Array.from({ length: count }, () =>
    Array.from({ length: Math.floor(random() * (maxPieces + 1)) }, piece).join(""),
  );
}
