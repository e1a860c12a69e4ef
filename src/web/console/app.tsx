import { useEffect } from "preact/hooks";
import { ErrorNote } from "./components/error-note.js";
import { LanguageSwitch } from "./components/language-switch.js";
import { useTexts } from "./messages/language.js";
import { SecondStepForm } from "./pages/sign-in/second-step-form.js";
import { SignInForm } from "./pages/sign-in/sign-in-form.js";
import { PagesScript } from "./pages-script.js";
import { openSession, startSession } from "./service/session.js";
import { type SessionState, sessionState } from "./service/session-state.js";
import { followHeading } from "./state/page-title.js";
import { useStore } from "./state/use-store.js";

/** The console: a form to sign in with, or the pages for who is signed in. */
export function App() {
  const state = useStore(sessionState);
  useEffect(() => void openSession(), []);
  useEffect(followHeading, []);
  return (
    <>
      <Entrance state={state} />
      <PagesScript state={state} />
    </>
  );
}

/** What is shown to people who are not signed in, or not yet. */
function Entrance({ state }: { state: SessionState }) {
  const texts = useTexts().common;
  if (state.kind === "signed-in") return null;
  return (
    <>
      <header class="bar">
        <strong>{texts.product}</strong>
        <LanguageSwitch />
      </header>
      <EntranceForm state={state} />
    </>
  );
}

function EntranceForm({ state }: { state: Exclude<SessionState, { kind: "signed-in" }> }) {
  const texts = useTexts().common;
  switch (state.kind) {
    case "starting":
      return (
        <main class="narrow">
          <h1>{texts.console}</h1>
          {!state.error && <p role="status">{texts.loading}</p>}
          <ErrorNote error={state.error} onRetry={startSession} />
        </main>
      );
    case "signed-out":
      return <SignInForm reason={state.reason} remainder={state.remainder} />;
    case "second-step":
      return <SecondStepForm phone={state.identity.phone} isInterruption={state.isInterruption} />;
  }
}
