import { expect } from "chai";
import { createAdminServices } from "../../../clients/typescript/src/admin.js";
import { useFaultyProxy } from "../../support/faulty-proxy.js";
import { useTestService } from "../../support/service.js";
import { newPhone, registered, testPassword } from "../../support/test-context.js";
import { failure, newDevice, signedInDevice, stateOf } from "./devices.js";

const names = { firstName: "Awa", lastName: "Martin" };
const secrets = { password: testPassword, passwordConfirm: testPassword };

describe("the TypeScript client's errors", () => {
  const service = useTestService();
  const proxy = useFaultyProxy(service);
  before(() => service.context.clock.set(new Date().toISOString()));

  it("have the service's reason, and its message in French or English", async () => {
    const device = newDevice(service.origin);
    const wrong = { phone: newPhone(), password: "wrong" };
    const french = await failure(device.call((client) => client.login(wrong)));
    expect(french).to.include({ name: "IdentityError", reason: "CREDENTIALS_REJECTED", isTransient: false });
    expect(french.message).to.equal("Numéro de téléphone ou mot de passe incorrect.");
    expect(french.requestId).to.match(/^[\w-]{8,}$/);

    let language = "en";
    const changing = newDevice(service.origin, { language: () => language });
    const english = await failure(changing.call((client) => client.login(wrong)));
    expect(english).to.include({ reason: "CREDENTIALS_REJECTED" });
    expect(english.message).to.match(/^[A-Z][\w ]*password[\w ]*\.$/i);
    language = "fr";
    expect((await failure(changing.call((client) => client.login(wrong)))).message).to.equal(french.message);
  });

  it("of the package itself are in both languages", async () => {
    const [french, english] = [newDevice(service.origin), newDevice(service.origin, { language: "en-GB" })];
    const messages = [];
    for (const device of [french, english]) {
      messages.push((await failure(device.call((client) => client.profile()))).message);
    }
    expect(messages).to.deep.equal([
      "Votre session est terminée. Veuillez vous reconnecter.",
      "Your session has ended. Please sign in again.",
    ]);
  });

  it("name every field as the package does", async () => {
    const device = newDevice(service.origin);
    const input = {
      phone: "12",
      ...names,
      firstName: "",
      password: "x",
      passwordConfirm: "y",
      apartmentName: "12345",
    };
    const error = await failure(device.call((client) => client.register(input)));
    expect(error.reason).to.equal("INVALID_REQUEST");
    expect(error.fields).to.include.keys("phone", "firstName", "apartmentName");

    const weak = { ...names, phone: newPhone(), password: "1234", passwordConfirm: "1234" };
    const rejected = await failure(device.call((client) => client.register(weak)));
    expect(rejected.fields.password ?? rejected.fields.phone)
      .to.be.a("string")
      .that.is.not.equal("");
  });

  it("about a code have a challenge", async () => {
    const phone = await registered(service.context);
    const device = newDevice(service.origin);
    const wrong = service.context.outbox.codeFor(phone) === "000000" ? "000001" : "000000";
    const error = await failure(device.call((client) => client.activate({ phone, code: wrong })));
    expect(error.reason).to.equal("CODE_INCORRECT");
    expect(error.challenge).to.include({ attemptsLeft: 4, codeLength: 6, registration: undefined });
    expect(error.challenge?.countdown().secondsUntilExpiry).to.be.within(550, 600);

    await device.pass(30);
    const again = await failure(device.call((client) => client.resendCode({ phone })));
    expect(again).to.include({ reason: "RATE_LIMITED", isTransient: true });
    expect(again.retryAfterSeconds).to.be.within(1, 60);
  });

  it("are the same for the services as generated, streams included", async () => {
    const device = await signedInDevice(service.context, service.origin);
    const { whitelist } = createAdminServices(device.client);
    const unary = await failure(device.call(() => whitelist.listWhitelistEntries({})));
    expect(unary.reason).to.equal("ADMIN_REQUIRED");
    const readAll = async () => {
      for await (const part of whitelist.exportWhitelistEntries({})) expect(part).to.be.an("object");
    };
    expect((await failure(device.call(readAll))).reason).to.equal("ADMIN_REQUIRED");
    await service.context.passTime(16 * 60);
    expect((await failure(device.call(readAll))).reason).to.equal("UNAUTHENTICATED");
    expect((await failure(device.call(readAll))).reason).to.equal("ADMIN_REQUIRED");
  });

  it("say what is newer than the package or the service", async () => {
    const device = newDevice(proxy.origin);
    const newer = Buffer.from("\n\x0eNEWER_BY_YEARS\x12\x12identity.waterbill", "latin1").toString("base64");
    const details = [{ type: "google.rpc.ErrorInfo", value: newer.replace(/=+$/, "") }];
    const answer = (code: string, body: object) => ({
      ...{ status: 400, headers: { "content-type": "application/json" } },
      body: JSON.stringify({ code, ...body }),
    });
    proxy.faults.of = () => answer("failed_precondition", { message: "Plus récent.", details });
    const error = await failure(device.call((client) => client.requestPasswordReset({ phone: newPhone() })));
    expect(error).to.include({ reason: "UNKNOWN", message: "Plus récent.", isTransient: false });
    proxy.faults.of = () => answer("unimplemented", {});
    const missing = await failure(
      device.call((client) => client.requestPasswordReset({ phone: newPhone() })),
    );
    expect(missing).to.include({ reason: "UNKNOWN", message: "Une erreur est survenue." });
  });

  it("of a registration leave nothing in the store", async () => {
    const device = newDevice(service.origin);
    const error = await failure(
      device.call((client) => client.register({ phone: newPhone(), ...names, ...secrets })),
    );
    expect(error).to.include({ reason: "PHONE_NOT_WHITELISTED" });
    expect(error.fields).to.have.all.keys("phone");
    expect(await stateOf(device)).to.deep.equal({});
  });
});
