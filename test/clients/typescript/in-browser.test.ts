import { expect } from "chai";
import { addEntry } from "../../../src/whitelist/add-entry.js";
import { useBrowser } from "../../support/browser.js";
import { generousLimits, useTestService } from "../../support/service.js";
import { activeUser, newPhone, signedIn, testPassword } from "../../support/test-context.js";
import { inPage, useWebApp } from "./web-app.js";

/** A page takes seconds on a busy machine. */
const TEST_TIMEOUT_MS = 60_000;

describe("the TypeScript client in a page of another origin", function () {
  this.timeout(TEST_TIMEOUT_MS);
  const app = useWebApp();
  const unlistedApp = useWebApp();
  const service = useTestService({
    environment: () => ({ ...generousLimits, LIMIT_FORGOT: "1/minute", CORS_ALLOWED_ORIGINS: app.origin }),
  });
  const browser = useBrowser();
  before(() => service.context.clock.set(new Date().toISOString()));

  /** Chromium itself writes each response with an error status to the console. gRPC-Web has none. */
  const expectedErrors = {
    connect: ["Failed to load resource: the server responded with a status of 400 (Bad Request)"],
    "grpc-web": [],
  };

  for (const protocol of ["connect", "grpc-web"] as const) {
    it(`walks from registration to logout over ${protocol}`, async () => {
      const phone = newPhone();
      const password = testPassword;
      await addEntry(service.context.app, { phone, notes: "", isActive: true, actor: null });
      const { page, problems } = await browser.open(app.address(service, protocol));

      const challenge = await inPage(
        page,
        async ({ client }, secrets) => {
          const names = { firstName: "Awa", lastName: "Martin" };
          const { attemptsLeft, countdown } = await client.register({ ...names, ...secrets });
          return { attemptsLeft, seconds: countdown().secondsUntilResend };
        },
        { phone, password, passwordConfirm: password },
      );
      expect(challenge.attemptsLeft).to.equal(5);
      expect(challenge.seconds).to.be.within(1, 61);

      const code = service.context.outbox.codeFor(phone);
      const refusal = await inPage(page, ({ client, failure }, wrong) => failure(client.activate(wrong)), {
        phone,
        code: code === "123456" ? "654321" : "123456",
      });
      expect(refusal).to.include({ reason: "CODE_INCORRECT", attemptsLeft: 4, isTransient: false });
      expect(refusal.message).to.equal("Code d'activation incorrect.");

      const result = await inPage(
        page,
        async ({ client, failure }, { phone, code, password }) => {
          await client.activate({ phone, code });
          const { isActive } = (await client.login({ phone, password })).user;
          const { fullName } = await client.profile();
          const { address } = await client.updateProfile({ address: "Rue 1" });
          const first = await client.accessToken();
          const isRefreshed = first !== (await client.accessToken({ refused: first }));
          const sessions = (await client.listSessions()).length;
          const isOver = await client.logout();
          const { reason } = await failure(client.profile());
          return { isActive, fullName, address, isRefreshed, sessions, isOver, reason };
        },
        { phone, code, password },
      );
      expect(result).to.deep.equal({
        ...{ isActive: true, fullName: "Awa Martin", address: "Rue 1", isRefreshed: true, sessions: 1 },
        ...{ isOver: true, reason: "SIGNED_OUT" },
      });
      expect(problems.consoleErrors).to.deep.equal(expectedErrors[protocol]);
      expect(problems.policyViolations).to.deep.equal([]);
      expect(problems.foreignRequests.map((request) => request.split("/").at(-1))).to.deep.equal([
        ...["Register", "Activate", "Activate", "Login", "GetProfile", "UpdateProfile", "RefreshToken"],
        ...["ListSessions", "Logout"],
      ]);
    });
  }

  it("reads limits, Retry-After, Date and the id of the request", async () => {
    const { phone } = await activeUser(service.context);
    const { page } = await browser.open(app.address(service));
    const refusal = await inPage(
      page,
      async ({ client, failure }, phone) => {
        await client.requestPasswordReset({ phone });
        return failure(client.requestPasswordReset({ phone }));
      },
      phone,
    );
    expect(refusal).to.include({ reason: "RATE_LIMITED", isTransient: true });
    expect(refusal.retryAfterSeconds).to.be.within(1, 60);
    expect(refusal.headers).to.include({
      "x-ratelimit-limit": "1",
      "x-ratelimit-remaining": "0",
      "retry-after": String(refusal.retryAfterSeconds),
    });
    expect(refusal.headers).to.include.keys("x-ratelimit-reset", "x-request-id", "date");
  });

  it("reads nothing if the service doesn't list the origin", async () => {
    const { user, tokens } = await signedIn(service.context);
    const { page, problems } = await browser.open(unlistedApp.address(service));
    const refusal = await inPage(page, ({ client, failure }, input) => failure(client.login(input)), {
      phone: user.phone,
      password: testPassword,
    });
    expect(refusal).to.include({ reason: "OFFLINE", isTransient: true });
    expect(refusal.headers).to.deep.equal({});

    const visible = await page.evaluate(
      async ({ origin, access }) => {
        const headers = { authorization: `Bearer ${access}` };
        const requests: [string, RequestInit][] = [
          ["/api/auth/profile/", { headers }],
          ["/.well-known/jwks.json", {}],
          // Sent without a preflight; the response is opaque.
          ["/.well-known/jwks.json", { mode: "no-cors" }],
        ];
        const read = requests.map(([path, init]) =>
          fetch(origin + path, init).then(
            async (response) => [response.status, await response.text(), [...response.headers].length],
            (error) => String(error),
          ),
        );
        return Promise.all(read);
      },
      { origin: service.origin, access: tokens.access },
    );
    const refused = "TypeError: Failed to fetch";
    expect(visible).to.deep.equal([refused, refused, [0, "", 0]]);
    expect(problems.consoleErrors.filter((text) => /blocked by CORS policy/.test(text))).to.have.length(3);
  });
});
