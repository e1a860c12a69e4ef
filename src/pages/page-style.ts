/**
 * The style of the service's own pages. Buttons and fields keep a border, because forced colours have no other edge. All
 * colours have a contrast of at least 4.5 to 1, in the light and in the dark.
 */
export const PAGE_STYLE = `:root { color-scheme: light dark; --text: #1b1b1b; --quiet: #565656; --page: #fff; --edge: #767676;
  --action: #0b57d0; --final: #b3261e; --on-button: #fff; --error: #b3261e; --note: #eaf1fb; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e6e6; --quiet: #b4b4b4; --page: #161616; --edge: #8f8f8f;
    --action: #a8c7fa; --final: #ffb4ab; --on-button: #1b1b1b; --error: #ffb4ab; --note: #1f2a3a; }
}
* { box-sizing: border-box; }
body { font: 1.125rem/1.5 system-ui, sans-serif; margin: 0; color: var(--text); background: var(--page);
  overflow-wrap: anywhere; }
header, main { max-width: 36rem; margin: 0 auto; padding: 1rem 1.25rem; }
header { text-align: right; }
a { color: var(--action); }
header a { display: inline-block; padding: 0.5rem 0; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.125rem; margin: 1.5rem 0 0.5rem; }
p { margin: 0.5rem 0; }
ul { margin: 0.5rem 0; padding-left: 1.5rem; }
form { margin: 2rem 0; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input { font: inherit; display: block; width: 100%; margin: 0.25rem 0; padding: 0.625rem 0.75rem;
  color: inherit; background: transparent; border: 1px solid var(--edge); border-radius: 0.375rem; }
input[aria-invalid] { border: 2px solid var(--error); }
button { font: inherit; font-weight: 600; margin: 1rem 0 0.5rem; padding: 0.75rem 1.25rem; border: 2px solid transparent;
  border-radius: 0.375rem; color: var(--on-button); background: var(--action); cursor: pointer; }
button.final { background: var(--final); }
button:disabled, button[aria-disabled] { background: var(--quiet); color: var(--page); cursor: default; }
:focus-visible { outline: 3px solid var(--action); outline-offset: 2px; }
[tabindex="-1"]:focus { outline: none; }
[hidden] { display: none; }
.hint { margin: 0; color: var(--quiet); font-size: 1rem; }
.error { margin: 0.25rem 0; color: var(--error); font-weight: 600; }
.error:empty, [role="status"]:empty { margin: 0; }
.note h2 { margin-top: 0; }
.note { margin: 1rem 0; padding: 0.75rem 1rem; border: 1px solid transparent; border-radius: 0.375rem;
  background: var(--note); }
`;
