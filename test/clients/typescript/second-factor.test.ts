import { expect } from "chai";
import { createAdminServices } from "../../../clients/typescript/src/admin.js";
import { memoryStore, type TokenStore } from "../../../clients/typescript/src/index.js";
import { administrator } from "../../support/administrator.js";
import { generousLimits, useTestService } from "../../support/service.js";
import { newPhone, testPassword } from "../../support/test-context.js";
import { virtualTime } from "../../support/virtual-time.js";
import { type Device, failure, newDevice, wholeFetch } from "./devices.js";

describe("the second step with the TypeScript client", () => {
  const service = useTestService({ environment: { ...generousLimits, ADMIN_SECOND_FACTOR: "sms" } });
  before(() => service.context.clock.set(new Date().toISOString()));

  const codeFor = (phone: string) => service.context.outbox.codeFor(phone);
  async function signIn(device: Device, phone: string): Promise<boolean> {
    const login = device.call((client) => client.login({ phone, password: testPassword }));
    return (await login).secondFactorRequired;
  }
  const act = (device: Device) =>
    device.call((client) => createAdminServices(client).whitelist.addWhitelistEntry({ phone: newPhone() }));
  const pass = async (device: Device, phone: string) => {
    const challenge = await device.call((client) => client.requestSecondFactor());
    expect(challenge).to.include({ attemptsLeft: 5, codeLength: 6 });
    return device.call((client) => client.confirmSecondFactor(codeFor(phone)));
  };

  it("is asked for once, and remembered by the device beyond a logout", async () => {
    const { phone } = (await administrator(service.context)).user;
    const device = newDevice(service.origin);
    expect(await signIn(device, phone)).to.equal(true);
    expect((await failure(act(device))).reason).to.equal("REAUTHENTICATION_REQUIRED");
    const until = await pass(device, phone);
    expect(until.getTime() - Date.now()).to.be.closeTo(30 * 86_400_000, 60_000);
    await act(device);
    await device.call((client) => client.logout());
    expect(await signIn(device, phone)).to.equal(false);
    await act(device);
    await device.call((client) => client.logout({ forgetsDevice: true }));
    expect(await signIn(device, phone)).to.equal(true);
  });

  it("tells the attempts that are left, after a wrong code", async () => {
    const { phone } = (await administrator(service.context)).user;
    const device = newDevice(service.origin);
    await signIn(device, phone);
    await device.call((client) => client.requestSecondFactor());
    const wrong = codeFor(phone) === "000000" ? "000001" : "000000";
    const error = await failure(device.call((client) => client.confirmSecondFactor(wrong)));
    expect(error).to.include({ reason: "CODE_INCORRECT" });
    expect(error.challenge).to.include({ attemptsLeft: 4 });
  });

  it("is passed although the store fails", async () => {
    const { phone } = (await administrator(service.context)).user;
    let isFailing = false;
    const memory = memoryStore();
    const store: TokenStore = {
      ...memory,
      set(state) {
        if (isFailing) throw new Error("the disk is full");
        return memory.set(state);
      },
    };
    const device = newDevice(service.origin, { store });
    await signIn(device, phone);
    await device.call((client) => client.requestSecondFactor());
    isFailing = true;
    await device.call((client) => client.confirmSecondFactor(codeFor(phone)));
    await act(device);
  });

  it("leaves the device of another account alone that signs in meanwhile, in another tab", async () => {
    const { phone } = (await administrator(service.context)).user;
    const time = virtualTime();
    const store = memoryStore();
    const others = { access: "a", refresh: "r", accessExpiresIn: 900, refreshExpiresIn: 900 };
    const signingIn: typeof fetch = async (...call) => {
      const response = await wholeFetch(...call);
      if (String(call[0]).endsWith("/ConfirmSecondFactor")) {
        await store.set({ session: { id: "another", ...others }, device: "another device" });
      }
      return response;
    };
    const device = newDevice(service.origin, { store, time, fetch: time.instant(signingIn) });
    await signIn(device, phone);
    await pass(device, phone);
    expect((await store.get())?.device).to.equal("another device");
  });
});
