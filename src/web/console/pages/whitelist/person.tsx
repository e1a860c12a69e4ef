import { useTexts } from "../../messages/language.js";

/** Who has added or changed an entry, as the history keeps it. */
export function Person({ name, phone }: { name: string; phone: string }) {
  const texts = useTexts().whitelist;
  if (!phone) return <span class="quiet short">{texts.nobody}</span>;
  return (
    <>
      <bdi>{name}</bdi> <span class="quiet">{phone}</span>
    </>
  );
}
