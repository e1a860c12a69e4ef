import { useTexts } from "../../messages/language.js";

export function StateWord({ isActive }: { isActive: boolean }) {
  const texts = useTexts().whitelist;
  return <span class={isActive ? "good" : "problem"}>{isActive ? texts.active : texts.inactive}</span>;
}
