import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { IdentityError } from "#client/src/error.js";
import { useTexts } from "../messages/language.js";

interface FieldProps {
  label: string;
  hint?: string | undefined;
  /** What is wrong with the value; absent: nothing. */
  problem?: string | undefined;
  isRequired?: boolean;
}

/** What ties an input to its label, hint and problem. */
interface Control {
  id: string;
  required: boolean;
  "aria-describedby": string;
  "aria-invalid": true | undefined;
}

interface LabelledControlProps extends FieldProps {
  children: (control: Control) => ComponentChildren;
}

function LabelledControl({ label, hint, problem, isRequired = false, children }: LabelledControlProps) {
  const id = useId();
  const texts = useTexts().common;
  return (
    <div class="field">
      <label for={id}>
        {label}
        {isRequired && <span class="quiet"> ({texts.required})</span>}
      </label>
      <span id={`${id}-hint`} class="hint">
        {hint}
      </span>
      {children({
        id,
        required: isRequired,
        "aria-describedby": `${id}-hint ${id}-problem`,
        "aria-invalid": problem ? true : undefined,
      })}
      <span id={`${id}-problem`} class="problem" role="alert">
        {problem}
      </span>
    </div>
  );
}

interface TextProps extends FieldProps {
  value: string;
  onInput(value: string): void;
  maxLength?: number;
}

interface TextFieldProps extends TextProps {
  type?: "text" | "tel" | "password" | "search" | "email" | "date";
  autocomplete?: "off" | "username" | "current-password" | "one-time-code";
  inputMode?: "text" | "numeric";
}

export function TextField(props: TextFieldProps) {
  const {
    value,
    onInput,
    maxLength,
    type = "text",
    autocomplete = "off",
    inputMode = "text",
    ...field
  } = props;
  return (
    <LabelledControl {...field}>
      {(control) => (
        <input
          {...control}
          {...{ value, maxLength, autocomplete, inputMode }}
          // The types of Preact have a kind of element for each type.
          type={type as "text"}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </LabelledControl>
  );
}

export function TextArea({ value, onInput, maxLength, ...field }: TextProps) {
  return (
    <LabelledControl {...field}>
      {(control) => (
        <textarea
          {...control}
          {...{ value, maxLength }}
          rows={3}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </LabelledControl>
  );
}

interface SelectProps extends FieldProps {
  value: string;
  onChange(value: string): void;
  options: readonly { value: string; label: string }[];
}

export function SelectField({ value, onChange, options, ...field }: SelectProps) {
  return (
    <LabelledControl {...field}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </LabelledControl>
  );
}

interface CheckFieldProps {
  label: string;
  isChecked: boolean;
  onChange(isChecked: boolean): void;
}

export function CheckField({ label, isChecked, onChange }: CheckFieldProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isChecked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}

/** What the service says about a field of the request. */
export const problemOf = (error: IdentityError | null, field: string): string | undefined =>
  error?.fields[field];
