/** A customer's water bill of a month. */
export interface Bill {
  id: string;
  /** The customer's id at the identity service. */
  userId: number;
  /** YYYY-MM */
  month: string;
  /** In CFA francs. */
  amount: number;
  isPaid: boolean;
}

/** Bills of the first accounts of a new database, and of one that doesn't exist. */
export const BILLS: readonly Bill[] = [
  { id: "2026-01-1", userId: 1, month: "2026-01", amount: 4_200, isPaid: true },
  { id: "2026-01-2", userId: 2, month: "2026-01", amount: 7_350, isPaid: true },
  { id: "2026-02-2", userId: 2, month: "2026-02", amount: 6_900, isPaid: false },
  { id: "2026-03-2", userId: 2, month: "2026-03", amount: 7_100, isPaid: false },
  { id: "2026-03-3", userId: 3, month: "2026-03", amount: 12_800, isPaid: false },
  { id: "2026-03-4000000", userId: 4_000_000, month: "2026-03", amount: 3_000, isPaid: false },
];
