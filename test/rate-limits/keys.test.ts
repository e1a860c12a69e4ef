import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { readConfig } from "../../src/config.js";
import { type CallTraits, callWindows } from "../../src/rate-limits/keys.js";

const rates = readConfig({ LIMIT_LOGIN: "15/minute,100/day" }).limits;
const { login, activate, resendCode } = AuthService.method;
const { getProfile } = ProfileService.method;

function windowsOf({
  phone = null,
  ...traits
}: Pick<CallTraits, "method"> & { address?: string; userId?: number; phone?: string | null }) {
  return callWindows(rates, { address: "192.0.2.7", userId: null, phone: () => phone, ...traits });
}

describe("callWindows", () => {
  it("makes one window for each rate of a limit", () => {
    expect(windowsOf({ method: login })).to.deep.equal([
      { key: "login:60:192.0.2.7", limit: 15, seconds: 60 },
      { key: "login:86400:192.0.2.7", limit: 100, seconds: 86_400 },
    ]);
  });

  it("counts signed-in callers by account, across addresses", () => {
    const keys = ["192.0.2.7", "192.0.2.8"].flatMap((address) => {
      return windowsOf({ method: getProfile, userId: 42, address }).map(({ key }) => key);
    });
    expect(keys).to.deep.equal(["user:3600:user-42", "user:3600:user-42"]);
  });

  it("counts callers without a session by address", () => {
    expect(windowsOf({ method: getProfile }).map(({ key }) => key)).to.deep.equal(["user:3600:192.0.2.7"]);
  });

  it("counts by address and phone number, each under its own limit", () => {
    const windows = windowsOf({ method: activate, phone: "+237670000001" });
    expect(windows.map(({ limit, seconds }) => ({ limit, seconds }))).to.deep.equal([
      { limit: 5, seconds: 60 },
      { limit: 3, seconds: 60 },
    ]);
    expect(windows[0]?.key).to.equal("activate:60:192.0.2.7");
    expect(windows[1]?.key).to.match(/^phone_based:60:[\w-]{22}$/);
  });

  it("counts a phone number across addresses, and separately from other numbers", () => {
    const keys = (phone: string, address: string) =>
      windowsOf({ method: resendCode, phone, address }).map(({ key }) => key);
    expect(keys("+237670000001", "192.0.2.7")).to.deep.equal(keys("+237670000001", "192.0.2.8"));
    expect(keys("+237670000001", "192.0.2.7")).not.to.deep.equal(keys("+237670000002", "192.0.2.7"));
    expect(keys("+237670000001", "192.0.2.7")).to.have.length(2);
  });

  it("puts no phone number into a key", () => {
    const keys = windowsOf({ method: activate, phone: "+237670000001" }).map(({ key }) => key);
    expect(keys.join()).not.to.include("670000001");
  });

  it("leaves out the phone window of a call without a phone number", () => {
    expect(windowsOf({ method: activate }).map(({ key }) => key)).to.deep.equal(["activate:60:192.0.2.7"]);
  });

  it("counts a call by address when no window is left", () => {
    expect(windowsOf({ method: resendCode })).to.deep.equal([
      { key: "anon:3600:192.0.2.7", limit: 500, seconds: 3_600 },
    ]);
  });
});
