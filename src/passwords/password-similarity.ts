/** Ratio from which texts are too similar (Django's `UserAttributeSimilarityValidator`, `max_similarity`). */
const MAX_SIMILARITY = 0.7;

/**
 * Whether `password` is too similar to a personal text or one of its words. Like Django, it ignores case and the order
 * of characters. Both texts must be in NFC. The cost is bounded for texts of any length.
 */
export function isTooSimilar(password: string, personal: string): boolean {
  const characters = [...password.toLowerCase()];
  const text = personal.toLowerCase();
  return [...text.split(/[^\p{L}\p{N}_]+/u), text].some(
    (part) => quickRatio(characters, [...part]) >= MAX_SIMILARITY,
  );
}

/**
 * Python's `difflib.SequenceMatcher.quick_ratio`: twice the number of shared characters, divided by the total number.
 * Returns 0 when the lengths alone keep the ratio below MAX_SIMILARITY.
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
