import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createIdentityClient, type StoredState } from "../../clients/typescript/src/index.js";
import { fileStore } from "../../examples/app/file-store.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { failure } from "../clients/typescript/devices.js";
import { expectLines, openPoorLine, runWalk } from "../support/example-walk.js";
import { recordSecret } from "../support/log.js";
import { generousLimits, useTestService } from "../support/service.js";
import { newPhone } from "../support/test-context.js";

const COUNTDOWN = /^The code works for \d+ s\. Another one: in \d+ s\.$/;

/** What the walk prints, in order. */
const linesFor = (phone: string) => [
  new RegExp(`^Registered \\${phone}\\.`),
  COUNTDOWN,
  /^Refused: RATE_LIMITED: \S/,
  /^ {2}Try again in \d+ s\.$/,
  /^ {2}5 attempts left\.$/,
  COUNTDOWN,
  /^Refused: CODE_INCORRECT: Incorrect activation code\.$/,
  /^ {2}4 attempts left\.$/,
  COUNTDOWN,
  /^Activated: John Doe$/,
  /^Refused: CREDENTIALS_REJECTED: Incorrect phone number or password\.$/,
  /^Signed in$/,
  /^Signed in after a restart: true$/,
  new RegExp(`^Profile: \\d+ \\${phone} John Doe$`),
  /^Refused: INVALID_REQUEST: Invalid data\.$/,
  /^ {2}profile\.email: \S/,
  /^ {2}profile\.apartmentName: \S/,
  /^Updated: apartment B12$/,
  /^Refreshed: 3 calls, 1 new token$/,
  /^Session: node \(this one\)$/,
  /^Ended on another device: 1$/,
  /^Event: signed out$/,
  /^Refused: SIGNED_OUT, SIGNED_OUT, SIGNED_OUT$/,
  /^Signed in$/,
  /^Signed out, also on the server: true$/,
  /^Refused: SIGNED_OUT: \S/,
];

describe("examples/app", () => {
  // The second login in a second has to wait, and so has another code.
  const limits = { ...generousLimits, LIMIT_LOGIN: "1/second", LIMIT_RESEND_CODE: "1/minute" };
  const service = useTestService({ environment: limits });
  let folder = "";
  let file = "";

  // The program's clock is the real one.
  before(() => service.context.clock.set(new Date().toISOString()));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "waterbill-app-"));
    file = join(folder, "session.json");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("goes from registration to sign-out, past a broken connection, limits, restarts and an ended session", async function () {
    this.timeout(120_000);
    const phone = newPhone();
    const { app, outbox } = service.context;
    await addEntry(app, { phone, notes: "", isActive: true, actor: null });
    const line = await openPoorLine(Number(new URL(service.origin).port));
    try {
      const url = `http://127.0.0.1:${line.port}`;
      const program = {
        command: ["npx", "tsx", "examples/app/walk.ts", phone, url, file],
        entries: ["nothing", "wrong code", "right code"] as const,
      };
      expectLines(await runWalk(program, async () => outbox.codeFor(phone)), linesFor(phone));
    } finally {
      line.close();
    }
    const left: StoredState = JSON.parse(await readFile(file, "utf8"));
    recordSecret(left.device ?? "");
    expect(left).to.have.all.keys("device");
  });

  it("keeps the tokens in one file, which only its owner can read", async () => {
    const store = fileStore(file);
    expect(await store.get()).to.equal(undefined);
    await store.set({ device: "first" });
    await store.set({ device: "second" });
    expect(await store.get()).to.deep.equal({ device: "second" });
    expect(await readdir(folder)).to.deep.equal(["session.json"]);
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    await store.clear();
    await store.clear();
    expect(await store.get()).to.equal(undefined);
  });

  it("doesn't take a file that it can't read for a sign-out", async () => {
    await writeFile(file, "not JSON");
    const identity = createIdentityClient({ baseUrl: service.origin, store: fileStore(file) });
    expect((await failure(identity.isSignedIn())).reason).to.equal("STORAGE");
    expect(await readFile(file, "utf8")).to.equal("not JSON");
  });
});
