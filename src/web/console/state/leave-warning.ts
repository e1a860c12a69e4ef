/** Has the browser ask before it leaves or reloads the page. Returns a stop. */
export function warnOfLeaving(): () => void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  addEventListener("beforeunload", ask);
  return () => removeEventListener("beforeunload", ask);
}
