/** What a check has found. */
export interface Finding {
  level: "ok" | "skipped" | "warning" | "problem";
  /** What was found. No secret is part of it. */
  message: string;
  /** What to do about it; null: nothing. */
  advice: string | null;
}

/** Looks at one thing that the server needs. */
export interface Check {
  name: string;
  /** The variables without which it is skipped if their values can't be used. */
  needs?: readonly string[];
  /** If it rejects, that is a problem. */
  run(): Promise<Finding>;
}

export const ok = (message: string): Finding => ({ level: "ok", message, advice: null });
export const skipped = (message: string): Finding => ({ level: "skipped", message, advice: null });
export const warning = (message: string, advice: string): Finding => ({ level: "warning", message, advice });
export const problem = (message: string, advice: string | null = null): Finding => ({
  level: "problem",
  message,
  advice,
});
