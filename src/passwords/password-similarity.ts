/** How alike is too alike (Django's `UserAttributeSimilarityValidator`, `max_similarity`). */
const MAX_SIMILARITY = 0.7;

/**
 * Whether `password` is too much like a personal text or one of its words, as Django judges it: regardless of
 * case and of the order of the characters. Both texts in NFC. The cost is bounded however long they are.
 */
export function isTooSimilar(password: string, personal: string): boolean {
  const secret = [...password.toLowerCase()];
  const text = personal.toLowerCase();
  return [...text.split(/[^\p{L}\p{N}_]+/u), text].some(
    (part) => quickRatio(secret, [...part]) >= MAX_SIMILARITY,
  );
}

/**
 * Python's `difflib.SequenceMatcher.quick_ratio`: twice the characters that both have, over all characters.
 * Anything below MAX_SIMILARITY that shows from the lengths alone comes back as 0.
 */
function quickRatio(a: readonly string[], b: readonly string[]): number {
  const total = a.length + b.length;
  const bound = (2 * Math.min(a.length, b.length)) / total;
  if (total === 0 || bound < MAX_SIMILARITY) return 0;

  const available = new Map<string, number>();
  for (const character of b) available.set(character, (available.get(character) ?? 0) + 1);
  let shared = 0;
  for (const character of a) {
    const left = available.get(character) ?? 0;
    if (left > 0) shared += 1;
    available.set(character, left - 1);
  }
  return (2 * shared) / total;
}
