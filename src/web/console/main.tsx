import { render } from "preact";
import { App } from "./app.js";
import { startLanguage } from "./messages/language.js";
import "./style.css";
import "./pages/accounts/accounts.css";
import "./pages/overview/overview.css";
import "./pages/transfer/transfer.css";
import "./pages/whitelist/whitelist.css";

await startLanguage();
const root = document.getElementById("console")!;
// What the page says until then.
root.replaceChildren();
render(<App />, root);
