import { useEffect, useState } from "preact/hooks";
import { ErrorNote } from "./components/error-note.js";
import { useTexts } from "./messages/language.js";
import type { SessionState } from "./service/session-state.js";
import { errors } from "./service/transports.js";
import { useAction } from "./state/use-action.js";
import type { Workplace } from "./workplace.js";

/**
 * The pages, from a script of their own: the form to sign in with doesn't wait for it on a slow line. It comes while people
 * type. Where it doesn't come, only a reload of the page helps: browsers may keep that an import has failed, and after an
 * upgrade of the service the script has another name.
 */
export function PagesScript({ state }: { state: SessionState }) {
  const texts = useTexts().common;
  const [loaded, setLoaded] = useState<{ Workplace: typeof Workplace } | null>(null);
  const loading = useAction();
  useEffect(() => {
    void loading.run(async () => {
      const script = await import("./workplace.js").catch((cause: unknown) => {
        throw errors.create("OFFLINE", { cause });
      });
      setLoaded(script);
    });
  }, []);
  if (loaded) return <loaded.Workplace state={state} />;
  if (state.kind !== "signed-in") return null;
  return (
    <main class="narrow">
      <h1>{texts.console}</h1>
      {!loading.error && <p role="status">{texts.loading}</p>}
      <ErrorNote error={loading.error} onRetry={() => location.reload()} />
    </main>
  );
}
