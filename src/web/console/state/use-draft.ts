import { useEffect, useRef, useState } from "preact/hooks";

/** Typing pauses (ms) before what was typed is used. */
const PAUSE_MS = 400;

/**
 * The text of a field, which `use` gets when typing pauses, without space around it. Another `value`, as after "back",
 * replaces the text.
 */
export function useDraft(value: string, use: (text: string) => void): [string, (text: string) => void] {
  const [draft, setDraft] = useState(value);
  const used = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latestUse = useRef(use);
  latestUse.current = use;

  useEffect(() => {
    if (value === used.current) return;
    clearTimeout(timer.current);
    used.current = value;
    setDraft(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  return [
    draft,
    (text) => {
      setDraft(text);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        used.current = text.trim();
        latestUse.current(used.current);
      }, PAUSE_MS);
    },
  ];
}
