import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { problemOf, TextField } from "../../components/field.js";
import { useTexts } from "../../messages/language.js";
import { signIn, signOut } from "../../service/session.js";
import type { Remainder, SignOutReason } from "../../service/session-state.js";
import { useAction } from "../../state/use-action.js";

interface SignInFormProps {
  /** Why the last session ended, if its user didn't wish that in this tab. */
  reason: SignOutReason | null;
  remainder: Remainder;
}

export function SignInForm({ reason, remainder }: SignInFormProps) {
  const { common, signIn: texts } = useTexts();
  const [phone, setPhone] = useState("");
  const [password, setPassword] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const action = useAction();
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  return (
    <main class="narrow">
      <h1>{texts.title}</h1>
      {reason && (
        <p class="note" role="alert">
          {texts.reasons[reason]}
        </p>
      )}
      <RemainderNote reason={reason} remainder={remainder} />
      <form
        ref={form}
        onSubmit={async (event) => {
          event.preventDefault();
          await action.run(() => signIn(phone, password));
        }}
      >
        <TextField
          label={texts.phone}
          hint={common.phoneHint}
          type="tel"
          autocomplete="username"
          isRequired
          value={phone}
          onInput={setPhone}
          problem={problemOf(action.error, "phone")}
        />
        <TextField
          label={texts.password}
          type="password"
          autocomplete="current-password"
          isRequired
          value={password}
          onInput={setPassword}
          problem={problemOf(action.error, "password")}
        />
        <ErrorNote error={action.error} fields={["phone", "password"]} />
        <Button type="submit" kind="primary" isBusy={action.isRunning}>
          {texts.submit}
        </Button>
      </form>
    </main>
  );
}

/** Says that the service still has the session of who has signed out. */
function RemainderNote({ reason, remainder }: SignInFormProps) {
  const texts = useTexts().signIn;
  if (remainder === "none") return null;
  if (remainder === "closing") {
    return (
      <p class="note" role="status">
        {texts.closing}
      </p>
    );
  }
  return (
    <div class="note error" role="alert">
      <p>{texts.stillOpen}</p>
      <Button onClick={() => signOut(reason)}>{texts.closeNow}</Button>
    </div>
  );
}
