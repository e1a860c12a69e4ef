import { expect } from "chai";
import { useFaultyProxy } from "../../support/faulty-proxy.js";
import { useTestService } from "../../support/service.js";
import { activeUser, testPassword } from "../../support/test-context.js";
import { type Device, failure, newDevice, outliveAccessToken, signedInDevice, stateOf } from "./devices.js";

const profile = (device: Device) => device.call((client) => client.profile());

describe("the TypeScript client, when its session ends", () => {
  const service = useTestService();
  const proxy = useFaultyProxy(service);
  before(() => service.context.clock.set(new Date().toISOString()));

  const logIn = (device: Device, phone: string) =>
    device.call((client) => client.login({ phone, password: testPassword }));

  /** Ends all sessions of a number except that of a new device, as its owner would do elsewhere. */
  async function endElsewhere(phone: string): Promise<void> {
    const other = newDevice(service.origin);
    await logIn(other, phone);
    expect(await other.call((client) => client.revokeOtherSessions())).to.equal(1);
  }

  it("says so once although ten calls fail at once, and keeps the device", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    const { device: kept } = await stateOf(device);
    await endElsewhere(device.phone);
    proxy.calls.length = 0;
    const errors = await device.call(({ profile }) =>
      Promise.all(Array.from({ length: 10 }, () => failure(profile()))),
    );
    for (const error of errors) expect(error).to.include({ reason: "SIGNED_OUT", isTransient: false });
    expect(errors[0]?.message).to.equal("Votre session est terminée. Veuillez vous reconnecter.");
    expect(device.signedOut).to.equal(1);
    expect(proxy.calls.filter((method) => method === "RefreshToken")).to.have.length(1);
    expect(await stateOf(device)).to.deep.equal({ device: kept });

    expect((await failure(profile(device))).reason).to.equal("SIGNED_OUT");
    expect(device.signedOut).to.equal(1);
    await logIn(device, device.phone);
    expect((await profile(device)).phone).to.equal(device.phone);
    expect(device.signedOut).to.equal(1);
  });

  it("ends for one device whose session another one revokes", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    const other = newDevice(service.origin);
    await logIn(other, device.phone);
    const [, session] = await other.call((client) => client.listSessions());
    await other.call((client) => client.revokeSession(session!.id));
    expect((await failure(profile(device))).reason).to.equal("SIGNED_OUT");
    expect([device.signedOut, other.signedOut]).to.deep.equal([1, 0]);
  });

  it("never repeats a call for somebody who signed in meanwhile", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    const { phone: another } = await activeUser(service.context);
    await service.context.passTime(16 * 60);
    const { client } = device;
    // Before the service refuses the call, another user signs in.
    proxy.faults.of = async (method) => {
      if (method === "UpdateProfile") await client.login({ phone: another, password: testPassword });
      return undefined;
    };
    const call = device.call(({ updateProfile }) => updateProfile({ firstName: "Mallory" }));
    const error = await failure(call);
    expect(error.reason).to.equal("SIGNED_OUT");
    expect(await profile(device)).to.include({ phone: another, firstName: "John" });
    expect(device.signedOut).to.equal(0);
  });

  it("is signed out by logout even if the service is unreachable", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    proxy.faults.of = () => "no_connection";
    expect(await device.call((client) => client.logout())).to.equal(false);
    proxy.faults.of = () => undefined;
    expect(await device.client.isSignedIn()).to.equal(false);
    expect(await device.call((client) => client.logout())).to.equal(true);
    expect(device.signedOut).to.equal(0);
  });

  it("ends the session on the server with an access token that is over", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    const other = newDevice(service.origin);
    await logIn(other, device.phone);
    await outliveAccessToken(service.context, device);
    await other.pass(16 * 60);
    expect(await device.call((client) => client.logout())).to.equal(true);
    expect(await other.call((client) => client.listSessions())).to.have.length(1);
    expect(device.signedOut).to.equal(0);
  });

  it("ends the session on the server while a refresh is on its way", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    const other = newDevice(service.origin);
    await logIn(other, device.phone);
    await outliveAccessToken(service.context, device);
    await other.pass(16 * 60);
    let loggedOut: Promise<boolean> | undefined;
    proxy.faults.of = (method) => {
      if (method === "RefreshToken") loggedOut ??= device.client.logout();
      return undefined;
    };
    expect((await failure(profile(device))).reason).to.equal("SIGNED_OUT");
    expect(await device.time.pass(loggedOut!)).to.equal(true);
    expect(await device.client.isSignedIn()).to.equal(false);
    expect(await other.call((client) => client.listSessions())).to.have.length(1);
    expect(device.signedOut).to.equal(0);
  });

  it("confirms with a link's token although the session has ended", async () => {
    const device = await signedInDevice(service.context, proxy.origin);
    await device.call((client) => client.requestPasswordChange({ currentPassword: testPassword }));
    await endElsewhere(device.phone);
    const token = service.context.outbox.tokenFor(device.phone);
    const code = service.context.outbox.codeFor(device.phone);
    const passwords = { newPassword: "Encore-un-autre-42!", newPasswordConfirm: "Encore-un-autre-42!" };
    await device.call((client) => client.confirmPasswordChange({ token, code, ...passwords }));
    expect(device.signedOut).to.equal(1);
  });
});
