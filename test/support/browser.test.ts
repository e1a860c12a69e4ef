import { expect } from "chai";
import { useBrowser } from "./browser.js";
import { serve, stopServing } from "./serve.js";

const PAGE = `<!doctype html><title>A page</title><link rel="icon" href="data:,">
<script src="script.js"></script><script>inline()</script>
<img src="http://images.example/a.png"><img src="data:image/gif,">`;
const SCRIPT = `console.error("a message"); console.log("harmless"); setTimeout(() => { throw new Error("a fault"); });
fetch("http://api.example/b").catch(() => {}).finally(() => document.title = "done");`;
const POLICY = "default-src 'none'; script-src 'self'; connect-src http://api.example; img-src data:";

describe("a browser of the tests", () => {
  const browser = useBrowser();
  afterEach(stopServing);

  it("tells what goes wrong in a page", async () => {
    const { url } = await serve((request, response) => {
      response.setHeader("content-type", request.url === "/" ? "text/html" : "text/javascript");
      response.setHeader("content-security-policy", POLICY);
      response.end(request.url === "/" ? PAGE : SCRIPT);
    });
    const { page, problems } = await browser.open(`${url}/`);
    await page.waitForFunction("document.title === 'done'");

    expect(problems.consoleErrors).to.include.members(["a message", "Error: a fault"]);
    expect(problems.consoleErrors).not.to.include("harmless");
    // Chromium doesn't always know the file.
    const refused = problems.policyViolations.map((violation) => violation.replace(/ in .*/, ""));
    expect(refused).to.have.members([
      "script-src-elem refused inline",
      "img-src refused http://images.example/a.png",
    ]);
    expect(problems.foreignRequests).to.include("GET http://api.example/b");
  });

  it("finds what bars people from a page", async () => {
    const { url } = await serve((_, response) => {
      response.setHeader("content-type", "text/html");
      response.end(`<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1><input></main>`);
    });
    const { findBarriers } = await browser.open(`${url}/`);
    expect(await findBarriers()).to.deep.equal(["label: <input>"]);
  });
});
