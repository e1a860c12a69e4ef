import { useEffect, useRef, useState } from "preact/hooks";
import type { CodeChallenge, Countdown } from "#client/src/challenge.js";
import { Button } from "../../components/button.js";
import { ErrorNote } from "../../components/error-note.js";
import { CheckField, problemOf, TextField } from "../../components/field.js";
import { useTexts } from "../../messages/language.js";
import { confirmCode, requestCode } from "../../service/second-step.js";
import { signOut } from "../../service/session.js";
import { focusHeading } from "../../state/focus.js";
import { type Action, useAction } from "../../state/use-action.js";

interface SecondStepFormProps {
  phone: string;
  /** Whether the user was at work when the service asked for it. */
  isInterruption: boolean;
}

/** Asks for the code by SMS that an administrator's sign-in needs. Nothing is sent before its user wants it. */
export function SecondStepForm({ phone, isInterruption }: SecondStepFormProps) {
  const texts = useTexts();
  const [sent, setSent] = useState<readonly CodeChallenge[]>([]);
  const challenge = sent.at(-1) ?? null;
  const sending = useAction();
  useEffect(focusHeading, []);
  const send = () =>
    sending.run(async () => {
      const next = await requestCode();
      setSent((before) => [...before, next]);
    });
  return (
    <main class="narrow">
      <h1>{texts.signIn.secondStepTitle}</h1>
      {isInterruption && <p class="note">{texts.signIn.workIsKept}</p>}
      <p role="status">{challenge ? texts.signIn.codeSent(phone) : texts.signIn.explanation(phone)}</p>
      {challenge && <CodeForm key={sent.length} />}
      <ErrorNote error={sending.error} />
      <div class="buttons">
        <SendButton challenge={challenge} sending={sending} onSend={send} />
        <Button onClick={() => signOut()}>{texts.common.signOut}</Button>
      </div>
    </main>
  );
}

function CodeForm() {
  const { common, signIn: texts } = useTexts();
  const form = useRef<HTMLFormElement>(null);
  const [code, setCode] = useState("");
  const [remembers, setRemembers] = useState(true);
  const confirming = useAction();
  const { challenge } = confirming.error ?? {};
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  return (
    <form
      ref={form}
      onSubmit={async (event) => {
        event.preventDefault();
        await confirming.run(() => confirmCode(code, remembers));
      }}
    >
      <TextField
        label={texts.code}
        hint={challenge && texts.attemptsLeft(challenge.attemptsLeft)}
        inputMode="numeric"
        autocomplete="one-time-code"
        isRequired
        value={code}
        onInput={setCode}
        problem={problemOf(confirming.error, "code")}
      />
      <CheckField label={texts.remember} isChecked={remembers} onChange={setRemembers} />
      <ErrorNote error={confirming.error} fields={["code"]} />
      <Button type="submit" kind="primary" isBusy={confirming.isRunning}>
        {common.confirm}
      </Button>
    </form>
  );
}

interface SendButtonProps {
  challenge: CodeChallenge | null;
  sending: Action;
  onSend: () => Promise<boolean>;
}

function SendButton({ challenge, sending, onSend }: SendButtonProps) {
  const texts = useTexts().signIn;
  const [countdown, setCountdown] = useState<Countdown | null>(null);
  useEffect(() => challenge?.watch(setCountdown), [challenge]);
  const seconds = challenge ? (countdown?.secondsUntilResend ?? 0) : 0;
  const label = challenge ? texts.sendAgain : texts.sendCode;
  return (
    <Button kind={challenge ? "plain" : "primary"} isBusy={sending.isRunning || seconds > 0} onClick={onSend}>
      {seconds > 0 ? texts.sendAgainIn(seconds) : label}
    </Button>
  );
}
