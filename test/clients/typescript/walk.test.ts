import { expect } from "chai";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { createAdminServices } from "../../../clients/typescript/src/admin.js";
import { administrator } from "../../support/administrator.js";
import { useTestService } from "../../support/service.js";
import { newPhone, testPassword } from "../../support/test-context.js";
import { until } from "../../support/until.js";
import { failure, newDevice, signedInDevice, stateOf } from "./devices.js";

const NEW_PASSWORD = "Encore-un-autre-42!";

describe("the TypeScript client", () => {
  const service = useTestService();
  before(() => service.context.clock.set(new Date().toISOString()));

  const codeFor = (phone: string) => service.context.outbox.codeFor(phone);
  const tokenFor = (phone: string) => service.context.outbox.tokenFor(phone);

  async function allow(phone: string): Promise<string> {
    const admin = await administrator(service.context);
    const device = newDevice(service.origin);
    await device.call((client) => client.login({ phone: admin.user.phone, password: testPassword }));
    await device.call((client) => createAdminServices(client).whitelist.addWhitelistEntry({ phone }));
    return phone;
  }

  for (const format of ["json", "binary"] as const) {
    it(`walks from registration to logout in ${format}`, async () => {
      const phone = await allow(newPhone());
      const device = newDevice(service.origin, { format });
      const names = { firstName: "Awa", lastName: "Martin" };
      const secrets = { password: testPassword, passwordConfirm: testPassword };
      const challenge = await device.call((client) => client.register({ phone, ...names, ...secrets }));
      expect(challenge).to.include({ attemptsLeft: 5, codeLength: 6, delivery: "ACCEPTED" });
      expect((await stateOf(device)).registration).to.deep.equal({ phone, secret: challenge.registration });

      // Another spelling of the number is still that of the registration.
      const spelled = phone.replace(/(\d{3})/g, "$1 ");
      const user = await device.call((client) => client.activate({ phone: spelled, code: codeFor(phone) }));
      expect(user).to.include({ phone, isActive: true });
      expect(await stateOf(device)).to.deep.equal({});

      await device.call((client) => client.login({ phone, password: testPassword }));
      expect(await device.client.isSignedIn()).to.equal(true);
      expect(await stateOf(device)).to.have.all.keys("session", "device");
      expect(await device.call((client) => client.profile())).to.include({ fullName: "Awa Martin" });
      const changes = { email: "awa@example.com", apartmentName: "B2" };
      const changed = await device.call((client) => client.updateProfile(changes));
      expect(changed).to.include({ firstName: "Awa", ...changes });
      const cleared = await device.call((client) => client.updateProfile({ email: null }));
      expect(cleared).to.include({ apartmentName: "B2" });
      expect(cleared.email).to.equal(undefined);
      expect(await device.call((client) => client.listSessions())).to.have.length(1);

      expect(await device.call((client) => client.logout())).to.equal(true);
      expect(await stateOf(device)).to.have.all.keys("device");
      expect((await failure(device.call((client) => client.profile()))).reason).to.equal("SIGNED_OUT");
      expect(device.signedOut).to.equal(0);
    });
  }

  it("leaves no session on the server that a sign-in replaced", async () => {
    const device = await signedInDevice(service.context, service.origin);
    const { phone } = device;
    await device.call((client) => client.login({ phone, password: testPassword }));
    await until(async () => (await device.call((client) => client.listSessions())).length === 1);
    expect(device.signedOut).to.equal(0);
  });

  it("changes and resets the password", async () => {
    const device = await signedInDevice(service.context, service.origin);
    const { phone } = device;
    const passwords = { newPassword: NEW_PASSWORD, newPasswordConfirm: NEW_PASSWORD };
    await device.call((client) => client.requestPasswordChange({ currentPassword: testPassword }));
    await device.call((client) =>
      client.confirmPasswordChange({ token: tokenFor(phone), code: codeFor(phone), ...passwords }),
    );
    await device.call((client) => client.login({ phone, password: NEW_PASSWORD }));

    const reset = await device.call((client) => client.requestPasswordReset({ phone }));
    expect(reset.countdown().canResend).to.equal(false);
    await service.context.settle();
    await device.call((client) =>
      client.confirmPasswordReset({
        ...{ token: tokenFor(phone), code: codeFor(phone) },
        ...{ newPassword: testPassword, newPasswordConfirm: testPassword },
      }),
    );
    expect((await failure(device.call((client) => client.profile()))).reason).to.equal("SIGNED_OUT");
    expect(device.signedOut).to.equal(1);
  });

  it("sends the device of the last sign-in, and gives its token to other programs", async () => {
    const device = await signedInDevice(service.context, service.origin);
    const access = await device.client.accessToken();
    expect((await stateOf(device)).session?.access).to.equal(access);
    const headers = { authorization: `Bearer ${access}`, "content-type": "application/json" };
    const url = `${service.origin}/${ProfileService.typeName}/GetProfile`;
    expect((await fetch(url, { method: "POST", headers, body: "{}" })).status).to.equal(200);

    const before = (await stateOf(device)).device;
    await device.call((client) => client.logout());
    await device.call((client) => client.login({ phone: device.phone, password: testPassword }));
    expect((await stateOf(device)).device)
      .to.be.a("string")
      .that.is.not.equal("");
    expect(before).to.be.a("string");
    await device.call((client) => client.logout({ forgetsDevice: true }));
    expect(await stateOf(device)).to.deep.equal({});
  });

  it("exports the account, deletes it, and keeps it by a sign-in", async () => {
    const device = await signedInDevice(service.context, service.origin);
    const { phone } = device;
    const copy = await device.call((client) => client.exportAccount({ currentPassword: testPassword }));
    expect(copy.user).to.deep.include({ phone });
    const challenge = await device.call((client) => client.requestAccountDeletion({}));
    expect(challenge.countdown().canResend).to.equal(false);
    const proof = { token: tokenFor(phone), code: codeFor(phone) };
    const deletionAt = await device.call((client) => client.confirmAccountDeletion(proof));
    expect(deletionAt.getTime() - Date.now()).to.be.above(13 * 86_400_000);
    expect((await failure(device.call((client) => client.profile()))).reason).to.equal("SIGNED_OUT");
    const login = () => device.call((client) => client.login({ phone, password: testPassword }));
    expect(await login()).to.deep.include({ deletionCancelled: true });
    const { user, deletionCancelled } = await login();
    expect(user).to.deep.include({ phone });
    expect(deletionCancelled).to.equal(false);
  });

  it("changes the phone number, and stops the change", async () => {
    const device = await signedInDevice(service.context, service.origin);
    const newNumber = await allow(newPhone());
    await device.call((client) => client.requestPhoneChange({ newPhone: newNumber }));
    const proof = { token: tokenFor(newNumber), code: codeFor(newNumber) };
    expect(await device.call((client) => client.confirmPhoneChange(proof))).to.equal(newNumber);
    expect((await device.call((client) => client.profile())).phone).to.equal(newNumber);
    const token = service.context.outbox.cancelTokenFor(device.phone);
    await device.call((client) => client.cancelPhoneChange({ token }));
    expect((await failure(device.call((client) => client.profile()))).reason).to.equal("SIGNED_OUT");
  });
});
