import { expect } from "chai";
import { DomainError } from "../../src/errors.js";
import type { SmsGateway } from "../../src/sms/sms-gateway.js";
import { createTwilioGateway } from "../../src/sms/twilio-gateway.js";
import { createLogger } from "../../src/system/logger.js";
import { accepted, type FakeTwilio, json, refused, startFakeTwilio } from "./fake-twilio.js";

const PHONE = "+237670000001";
const LINK = "https://waterbill.app/change-phone?token=5f0c1e9a-7d3b-4b52-9f0e-2c8a6d1b4e77";
const account = {
  accountSid: `AC${"1".repeat(32)}`,
  authToken: "twilio-auth-token",
  fromNumber: "+12025550100",
};

describe("twilio gateway", () => {
  const log: string[] = [];
  const logger = createLogger("trace", { write: (line) => log.push(line) });
  let twilio: FakeTwilio;
  let gateway: SmsGateway;
  const connect = (options: { timeoutMs?: number; baseUrl?: string } = {}) =>
    createTwilioGateway({ account, logger, baseUrl: twilio.baseUrl, ...options });
  const bodies = () => twilio.requests.map((request) => request.form.Body);

  /** The reason why an activation code is not sent, or "sent". */
  async function outcome(options?: { timeoutMs?: number; baseUrl?: string }): Promise<string> {
    try {
      await (await connect(options)).sendActivationCode(PHONE, "012345");
      return "sent";
    } catch (error) {
      return error instanceof DomainError ? error.reason : String(error);
    }
  }

  before(async () => {
    twilio = await startFakeTwilio();
    gateway = await connect();
  });
  after(() => twilio.close());
  beforeEach(() => {
    log.length = 0;
    twilio.requests.length = 0;
    twilio.respond = accepted;
  });

  it("posts the message to the account's Messages resource, with number, sender and credentials", async () => {
    await gateway.sendActivationCode(PHONE, "012345");
    const requests = twilio.requests.map(({ headers: _headers, ...request }) => request);
    expect(requests).to.deep.equal([
      {
        method: "POST",
        path: `/2010-04-01/Accounts/${account.accountSid}/Messages.json`,
        authorization: `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString("base64")}`,
        form: {
          To: PHONE,
          From: "+12025550100",
          Body: "Votre code d'activation WaterBill est: 012345. Ce code expire dans 10 minutes. Ne partagez pas ce code.",
        },
      },
    ]);
  });

  it("sends the verification text, with and without the link", async () => {
    await gateway.sendVerificationCode(PHONE, "012345", "phone_change", LINK);
    await gateway.sendVerificationCode(PHONE, "012345", "password_change");
    expect(bodies()).to.deep.equal([
      `Votre code de vérification pour changement de numéro de téléphone WaterBill est: 012345. Lien de redirection: ${LINK}. Ce code expire dans 10 minutes. Ne partagez pas ce code.`,
      "Votre code de vérification pour changement de mot de passe WaterBill est: 012345. Ce code expire dans 10 minutes. Ne partagez pas ce code.",
    ]);
  });

  it("sends the confirmation, with and without details, and with the support contact", async () => {
    await gateway.sendConfirmation(PHONE, "password_reset");
    await gateway.sendConfirmation(PHONE, "phone_change", "Nouveau numéro: +237670000002.");
    expect(bodies()).to.deep.equal([
      "✅ Votre réinitialisation de mot de passe a été effectuée avec succès. Si vous n'avez pas effectué cette action, contactez le support.",
      "✅ Votre changement de numéro de téléphone a été effectuée avec succès. Nouveau numéro: +237670000002. Si vous n'avez pas effectué cette action, contactez le support.",
    ]);
  });

  it("sends a notice as it is", async () => {
    await gateway.sendNotice(PHONE, "phone_change", "Un texte.");
    expect(bodies()).to.deep.equal(["Un texte."]);
  });

  it("sends a notice of guesses", async () => {
    await gateway.sendGuessingNotice(PHONE);
    expect(bodies()).to.deep.equal([
      "Trop de mots de passe incorrects ont été essayés sur votre compte WaterBill. Votre compte reste protégé. Connectez-vous depuis votre appareil habituel ou réinitialisez votre mot de passe.",
    ]);
  });

  for (const code of [21211, 21214, 21217, 21265, 21614, 21635]) {
    it(`fails with PHONE_INVALID when Twilio refuses the number (${code})`, async () => {
      twilio.respond = refused(400, code);
      expect(await outcome()).to.equal("PHONE_INVALID");
      expect(twilio.requests).to.have.length(1);
    });
  }

  for (const [status, code] of [
    [400, 21610],
    [400, 21408],
    [400, 21606],
    [401, 20003],
    [403, 20005],
    [404, 20404],
    [429, 20429],
    [500, 20500],
    [503, 20503],
  ] as const) {
    it(`fails with SMS_UNAVAILABLE after one attempt when Twilio returns ${status} (${code})`, async () => {
      twilio.respond = refused(status, code);
      expect(await outcome()).to.equal("SMS_UNAVAILABLE");
      expect(twilio.requests).to.have.length(1);
    });
  }

  it("fails with SMS_UNAVAILABLE when the response is garbage", async () => {
    for (const [status, body] of [
      [201, "<html>"],
      [201, "{}"],
      [201, "null"],
      [201, ""],
      [302, ""],
      [400, "<html>"],
      [400, '"21211"'],
      [400, "null"],
      [502, '{"code":"a very long text that came from somebody else","message":7}'],
    ] as const) {
      twilio.respond = (response) =>
        response.writeHead(status, { "content-type": "application/json" }).end(body);
      expect(await outcome(), `${status} ${body}`).to.equal("SMS_UNAVAILABLE");
    }
  });

  it("reads a refusal in the form of RFC 9457 too", async () => {
    twilio.respond = (response) =>
      json(response, 400, { type: "about:blank", title: "Invalid To", status: 400, code: 21211 });
    expect(await outcome()).to.equal("PHONE_INVALID");
  });

  it("gives up after its timeout when there is no response", async () => {
    twilio.respond = () => undefined;
    expect(await outcome({ timeoutMs: 100 })).to.equal("SMS_UNAVAILABLE");
    // None when this process had no CPU for longer than the timeout.
    expect(twilio.requests).to.have.length.at.most(1);
  });

  it("gives up after its timeout when the response trickles in", async () => {
    twilio.respond = (response) => {
      response.writeHead(201, { "content-type": "application/json" });
      const drops = setInterval(() => response.write(" "), 20);
      response.once("close", () => clearInterval(drops));
    };
    expect(await outcome({ timeoutMs: 200 })).to.equal("SMS_UNAVAILABLE");
  });

  it("fails with SMS_UNAVAILABLE when the connection breaks or is refused", async () => {
    twilio.respond = (response) => response.socket?.destroy();
    expect(await outcome()).to.equal("SMS_UNAVAILABLE");
    expect(twilio.requests).to.have.length(1);
    const gone = await startFakeTwilio();
    await gone.close();
    expect(await outcome({ baseUrl: gone.baseUrl })).to.equal("SMS_UNAVAILABLE");
  });

  it("sends many at once", async () => {
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => gateway.sendActivationCode(PHONE, String(100_000 + i))),
    );
    expect(new Set(bodies()).size).to.equal(50);
  });

  it("is available while Twilio reports an active account", async () => {
    twilio.respond = (response) => json(response, 200, { sid: account.accountSid, status: "active" });
    expect(await gateway.isAvailable()).to.equal(true);
    expect(twilio.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      `GET /2010-04-01/Accounts/${account.accountSid}.json`,
    ]);
    twilio.respond = (response) => json(response, 200, { sid: account.accountSid, status: "suspended" });
    expect(await gateway.isAvailable()).to.equal(false);
    twilio.respond = refused(401, 20003);
    expect(await gateway.isAvailable()).to.equal(false);
    twilio.respond = () => undefined;
    expect(await (await connect({ timeoutMs: 100 })).isAvailable()).to.equal(false);
  });

  describe("log", () => {
    const entries = () =>
      log.map((line) => {
        const { time: _, ...entry } = JSON.parse(line);
        return entry;
      });

    it("has operation, masked number and outcome", async () => {
      await gateway.sendVerificationCode(PHONE, "012345", "phone_change", LINK);
      twilio.respond = refused(400, 21610);
      await outcome();
      expect(entries()).to.deep.equal([
        { level: 30, sms: "phone_change", phone: "+2376…01", msg: "SMS sent" },
        {
          level: 50,
          sms: "activation",
          phone: "+2376…01",
          providerCode: 21610,
          providerStatus: 400,
          msg: "Twilio rejected the SMS",
        },
      ]);
    });

    it("names the network error", async () => {
      twilio.respond = (response) => response.socket?.destroy();
      await outcome();
      twilio.respond = () => undefined;
      await outcome({ timeoutMs: 50 });
      const [broken, late] = entries().map((entry) => entry.providerCode);
      expect(broken).to.equal("ECONNRESET");
      expect(late).to.be.oneOf(["ECONNABORTED", "ETIMEDOUT"]);
    });

    it("holds no number, code, text, link or credential after any failure", async () => {
      const handlers: FakeTwilio["respond"][] = [
        accepted,
        refused(400, 21211),
        (response, request) => json(response, 500, { code: request.form.Body, message: request.form.Body }),
        (response) => response.socket?.destroy(),
      ];
      for (const respond of handlers) {
        twilio.respond = respond;
        await outcome();
        await gateway.sendVerificationCode(PHONE, "012345", "phone_change", LINK).catch(() => undefined);
        await gateway.sendConfirmation(PHONE, "phone_change", "Merci.").catch(() => undefined);
        await gateway.sendGuessingNotice(PHONE).catch(() => undefined);
        await gateway.isAvailable();
      }
      expect(log.length).to.be.above(12);
      for (const secret of [
        "670000001",
        "012345",
        "Votre",
        "token=",
        account.authToken,
        account.accountSid,
      ]) {
        expect(log.join(""), secret).not.to.include(secret);
      }
    });
  });
});
