import { chooseLanguage, useLanguage, useTexts } from "../messages/language.js";
import { errors } from "../service/transports.js";
import { useAction } from "../state/use-action.js";

/** Shows the console in its other language, whose texts it loads. What was typed stays. */
export function LanguageSwitch() {
  const other = useLanguage() === "fr" ? "en" : "fr";
  const texts = useTexts().common;
  const action = useAction();
  const choose = () =>
    action.run(() =>
      chooseLanguage(other).catch((cause: unknown) => {
        throw errors.create("OFFLINE", { cause });
      }),
    );
  return (
    <span>
      <button type="button" class="link" lang={other} onClick={choose}>
        {texts.otherLanguage}
      </button>
      {action.error && (
        <span class="problem" role="alert">
          {" "}
          {action.error.message}
        </span>
      )}
    </span>
  );
}
