import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { useFixture } from "../support/fixture.js";
import { refusedTokens } from "../support/refused-tokens.js";
import { freePort } from "../support/server-process.js";
import { generousLimits, useTestService } from "../support/service.js";
import { signedIn } from "../support/test-context.js";

const PROGRAM = "examples/verify/node/verify.mjs";

describe("examples/verify/node", () => {
  const listening = useFixture(
    async () => ({ port: await freePort() }),
    () => {},
  );
  const originOf = ({ port }: { port: number }) => `http://127.0.0.1:${port}`;
  const service = useTestService({
    environment: () => ({
      ...generousLimits,
      PORT: String(listening.port),
      PUBLIC_URL: originOf(listening),
    }),
  });

  // The program's clock is the real one.
  before(() => service.context.clock.set(new Date().toISOString()));

  /** What the program prints for each token. */
  async function verify(...tokens: string[]): Promise<string[]> {
    const running = promisify(execFile)(process.execPath, [PROGRAM, service.origin]);
    running.child.stdin?.end(`${tokens.join("\n")}\n`);
    return (await running).stdout.trim().split("\n");
  }

  it("says whose access token it is", async () => {
    const { user, tokens } = await signedIn(service.context);
    expect(await verify(tokens.access)).to.deep.equal([`200 ${user.id} ${user.phone} John Doe`]);
  });

  it("refuses what is no access token of a user", async () => {
    const { tokens } = await signedIn(service.context);
    const refused = await refusedTokens(service, tokens);
    const lines = await verify(...Object.values(refused));
    for (const [index, name] of Object.keys(refused).entries()) {
      expect(lines[index], `a token ${name}`).to.match(/^401 /);
    }
    expect(lines).to.have.length(Object.keys(refused).length);
  });

  it("says 503 while there are no keys", async () => {
    const { tokens } = await signedIn(service.context);
    const running = promisify(execFile)(process.execPath, [PROGRAM, originOf({ port: await freePort() })]);
    running.child.stdin?.end(`${tokens.access}\n`);
    expect((await running).stdout).to.match(/^503 /);
  });
});
