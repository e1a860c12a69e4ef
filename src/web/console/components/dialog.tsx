import type { ComponentChildren } from "preact";
import { useContext, useId, useLayoutEffect, useRef } from "preact/hooks";
import { Activity } from "../state/activity.js";

interface DialogProps {
  title: string;
  /** Escape, too. Absent: the dialog stays until what it asks for is done. */
  onClose?: () => void;
  children: ComponentChildren;
}

/**
 * A modal dialog. The focus goes into it, and back to where it was when the dialog is gone. It is closed while the pages are
 * out of sight, because a modal dialog lies above everything; then it is shown as it was.
 */
export function Dialog({ title, onClose, children }: DialogProps) {
  const isActive = useContext(Activity);
  const dialog = useRef<HTMLDialogElement>(null);
  const opener = useRef<Element | null>(null);
  const focused = useRef<Element | null>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (!isActive || !shown) return;
    opener.current ??= document.activeElement;
    shown.showModal();
    focus(focused.current);
    return () => {
      focused.current = shown.contains(document.activeElement) ? document.activeElement : null;
      shown.close();
    };
  }, [isActive]);
  // After the dialog is closed: what lies below a modal one takes no focus.
  useLayoutEffect(() => () => focus(opener.current), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

function focus(element: Element | null): void {
  if (element instanceof HTMLElement && element.isConnected) element.focus();
}
