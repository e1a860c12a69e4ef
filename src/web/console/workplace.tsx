import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Announcer } from "./components/announcer.js";
import { Button } from "./components/button.js";
import { LanguageSwitch } from "./components/language-switch.js";
import { useTexts } from "./messages/language.js";
import { CurrentPage } from "./pages/current-page.js";
import type { Identity } from "./service/access-token.js";
import { signOut } from "./service/session.js";
import type { SessionState } from "./service/session-state.js";
import { Activity } from "./state/activity.js";
import { focusHeading } from "./state/focus.js";
import { addressOf, useRoute } from "./state/route.js";

/** Whether what the user has typed waits, out of sight: not after they have signed out. */
const isKept = (state: SessionState) => state.kind !== "signed-out" || state.reason === "ended";

/**
 * The pages. They stay, out of sight, while somebody whose session has ended signs in again, so that nothing is lost that was
 * typed; but not for anybody else, nor after the user signed out.
 */
export function Workplace({ state }: { state: SessionState }) {
  const [owner, setOwner] = useState<Identity | null>(null);
  const isActive = state.kind === "signed-in";
  useEffect(() => {
    if (isActive) setOwner(state.identity);
    else if (!isKept(state)) setOwner(null);
  }, [state]);
  const identity = isActive ? state.identity : owner;
  if (!identity || !isKept(state)) return null;
  return (
    <Activity.Provider value={isActive}>
      <Pages key={identity.userId} identity={identity} isActive={isActive} />
    </Activity.Provider>
  );
}

function Pages({ identity, isActive }: { identity: Identity; isActive: boolean }) {
  const texts = useTexts().common;
  const { parts } = useRoute();
  const place = useRef<HTMLDivElement>(null);
  useFocus(place, isActive, parts.join("/"));
  return (
    <div ref={place} hidden={!isActive}>
      <button type="button" class="skip" onClick={() => document.getElementById("content")?.focus()}>
        {texts.skipToContent}
      </button>
      <TopBar identity={identity} section={parts[0] ?? ""} />
      <Announcer />
      <main id="content" tabIndex={-1}>
        <CurrentPage />
      </main>
    </div>
  );
}

/** The focus goes to the heading of each page, and back to where it was when the pages were out of sight. */
function useFocus(place: { current: HTMLElement | null }, isActive: boolean, page: string): void {
  const kept = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (!isActive) return;
    const { current } = kept;
    if (current instanceof HTMLElement && current.isConnected) current.focus();
    return () => {
      kept.current = place.current?.contains(document.activeElement) ? document.activeElement : null;
    };
  }, [isActive]);
  useEffect(() => {
    if (isActive && !place.current?.contains(document.activeElement)) focusHeading();
  }, [isActive]);
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current !== page) focusHeading();
    shown.current = page;
  }, [page]);
}

function TopBar({ identity: { name, phone }, section }: { identity: Identity; section: string }) {
  const texts = useTexts().common;
  const link = (path: string, label: string) => (
    <a href={addressOf(path ? [path] : [])} aria-current={section === path ? "page" : undefined}>
      {label}
    </a>
  );
  return (
    <header class="bar">
      <strong>{texts.product}</strong>
      <nav aria-label={texts.navigation}>
        {link("", texts.start)}
        {link("whitelist", texts.whitelist)}
        {link("accounts", texts.accounts)}
      </nav>
      <span class="user">{texts.signedInAs(name, phone)}</span>
      <LanguageSwitch />
      <Button onClick={() => signOut()}>{texts.signOut}</Button>
    </header>
  );
}
