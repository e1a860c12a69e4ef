import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { readConfig } from "../../src/config.js";
import { type CallTraits, callWindows, phoneDigest } from "../../src/rate-limits/keys.js";

const rules = readConfig({ LIMIT_LOGIN: "15/minute,100/day", SHARED_NETWORKS: "198.51.100.0/24*20" });
const { login, activate, resendCode, refreshToken } = AuthService.method;
const { getProfile } = ProfileService.method;

function windowsOf({
  phone = null,
  ...traits
}: Pick<CallTraits, "method"> & {
  address?: string;
  userId?: number;
  service?: string;
  sessionId?: string;
  phone?: string | null;
}) {
  const caller = { address: "192.0.2.7", userId: null, service: null, sessionId: null };
  return callWindows(rules, { ...caller, phone: () => phone, ...traits });
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

  it("counts by address, and by phone number and address together, each under its own limit", () => {
    const windows = windowsOf({ method: activate, phone: "+237670000001" });
    expect(windows.map(({ limit, seconds }) => ({ limit, seconds }))).to.deep.equal([
      { limit: 5, seconds: 60 },
      { limit: 3, seconds: 60 },
    ]);
    expect(windows[0]?.key).to.equal("activate:60:192.0.2.7");
    expect(windows[1]?.key).to.match(/^phone_based:60:[\w-]{22}@192\.0\.2\.7$/);
    expect(windows.map(({ chosenBy }) => chosenBy)).to.deep.equal([undefined, "192.0.2.7"]);
    expect(windows.map(({ phone }) => phone)).to.deep.equal([undefined, phoneDigest("+237670000001")]);
  });

  it("counts a phone number separately from other numbers, and at each address", () => {
    const keys = (phone: string, address: string) =>
      windowsOf({ method: resendCode, phone, address }).map(({ key }) => key);
    const calls = [
      keys("+237670000001", "192.0.2.7"),
      keys("+237670000002", "192.0.2.7"),
      keys("+237670000001", "192.0.2.8"),
    ];
    expect(new Set(calls.map(([, key]) => key)).size).to.equal(3);
    expect(calls[0]).to.have.length(3);
  });

  it("counts by session with a refresh token of ours, and by address without one", () => {
    const call = { method: refreshToken, sessionId: "a-session" };
    expect(windowsOf(call).map(({ key }) => key)).to.deep.equal(["auth:60:session-a-session"]);
    expect(windowsOf({ method: refreshToken }).map(({ key }) => key)).to.deep.equal(["auth:60:192.0.2.7"]);
  });

  it("multiplies what an address of a shared network may do, and nothing else", () => {
    const limits = (call: Parameters<typeof windowsOf>[0]) =>
      windowsOf({ ...call, address: "198.51.100.7" }).map(({ limit }) => limit);
    expect(limits({ method: login })).to.deep.equal([300, 2000]);
    expect(limits({ method: activate, phone: "+237670000001" })).to.deep.equal([100, 3]);
    expect(limits({ method: refreshToken })).to.deep.equal([600]);
    expect(limits({ method: refreshToken, sessionId: "a-session" })).to.deep.equal([30]);
    expect(limits({ method: getProfile, userId: 42 })).to.deep.equal([2000]);
  });

  it("puts no phone number into a key", () => {
    const keys = windowsOf({ method: activate, phone: "+237670000001" }).map(({ key }) => key);
    expect(keys.join()).not.to.include("670000001");
  });

  it("leaves out the phone window of a call without a phone number", () => {
    expect(windowsOf({ method: activate }).map(({ key }) => key)).to.deep.equal(["activate:60:192.0.2.7"]);
  });
});
