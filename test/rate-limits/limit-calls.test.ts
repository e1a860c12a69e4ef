import {
  Code,
  ConnectError,
  createClient,
  createContextValues,
  type Interceptor,
  type StreamRequest,
  type StreamResponse,
  type Transport,
} from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { expect } from "chai";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { callerKey, type Principal, principalKey, responseHeadersKey } from "../../src/caller.js";
import { readConfig } from "../../src/config.js";
import { DomainError, rateLimited } from "../../src/errors.js";
import { limitCalls } from "../../src/rate-limits/limit-calls.js";
import { createLimiter } from "../../src/rate-limits/limiter.js";
import { reportErrors } from "../../src/rpc/interceptors/report-errors.js";
import { createMethodRegistry } from "../../src/rpc/method-registry.js";
import { createRpcHandler } from "../../src/rpc/rpc-handler.js";
import { systemRandom } from "../../src/system/random.js";
import { phoneKey } from "../../src/users/phone-number.js";
import { type TestClock, testClock } from "../support/clock.js";
import { testLogger } from "../support/log.js";
import { rejection, rejectionReason } from "../support/rejection.js";
import { serve, stopServing } from "../support/serve.js";

const phoneRules = { defaultRegion: undefined, policy: "length" } as const;

function interceptorWith(clock: TestClock) {
  return limitCalls({
    limiter: createLimiter({ clock, random: systemRandom, logger: testLogger(), redisUrl: undefined }),
    rules: readConfig({}),
    phoneKey: (text) => phoneKey(phoneRules, text),
    sessionOf: (refresh) => (refresh.startsWith("ours-") ? refresh : null),
  });
}

/** Signs in the user whose id is in a header. */
const signIn: Interceptor = (next) => (request) => {
  const id = request.header.get("test-user-id");
  if (id) request.contextValues.set(principalKey, { sessionId: "", user: { id: Number(id) } } as Principal);
  return next(request);
};

describe("limitCalls", () => {
  let clock: TestClock;
  /** Throws what ResendCode and Activate fail with. */
  let refuse: () => void;
  let transports: Record<"gRPC" | "gRPC-Web" | "Connect", Transport>;

  beforeEach(async () => {
    clock = testClock("2026-03-01T12:00:00Z");
    refuse = () => {};
    const registry = createMethodRegistry({
      interceptors: [reportErrors, signIn, interceptorWith(clock)],
      routes: (router) => {
        router.service(AuthService, {
          login() {
            throw new DomainError("CREDENTIALS_REJECTED");
          },
          refreshToken() {
            throw new Error("a bug");
          },
          activate() {
            refuse();
            return {};
          },
          resendCode() {
            refuse();
            return {};
          },
          logout: () => ({}),
        });
        router.service(ProfileService, { getProfile: () => ({}) });
      },
    });
    const rpc = createRpcHandler(registry);
    const { url: baseUrl } = await serve((request, response) => {
      const address = String(request.headers["test-address"] ?? "192.0.2.7");
      const caller = {
        address,
        authorization: null,
        userAgent: "",
        requestId: "test",
        language: "fr",
        isLanguageRequested: false,
      } as const;
      void rpc.handle(request, response, caller);
    });
    transports = {
      gRPC: createGrpcTransport({ baseUrl }),
      "gRPC-Web": createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
      Connect: createConnectTransport({ baseUrl, httpVersion: "2" }),
    };
  });
  afterEach(stopServing);

  const authBy = (protocol: keyof typeof transports) => createClient(AuthService, transports[protocol]);

  const figures = (headers: Headers) =>
    ["limit", "remaining", "reset"].map((name) => Number(headers.get(`x-ratelimit-${name}`) ?? NaN));

  const refusal = async (call: Promise<unknown>) => ConnectError.from(await rejection(call));

  /** The response headers of an Activate. */
  async function activate(phone: string, headers: Record<string, string> = {}): Promise<Headers> {
    let received = new Headers();
    const onHeader = (header: Headers) => {
      received = header;
    };
    await authBy("Connect").activate({ phone, code: "000000" }, { headers, onHeader });
    return received;
  }

  for (const protocol of ["gRPC", "gRPC-Web", "Connect"] as const) {
    it(`puts the figures on successful responses, over ${protocol}`, async () => {
      let received = new Headers();
      await createClient(ProfileService, transports[protocol]).getProfile(
        {},
        { headers: { "test-user-id": "42" }, onHeader: (header) => (received = header) },
      );
      expect(figures(received)).to.deep.equal([2000, 1999, clock.now().getTime() / 1000 + 3600]);
      expect(received.has("retry-after")).to.equal(false);
    });

    it(`puts the figures on errors of the method, over ${protocol}`, async () => {
      const rejected = await refusal(authBy(protocol).login({}));
      expect(rejected.code).to.equal(Code.Unauthenticated);
      expect(figures(rejected.metadata)).to.deep.equal([15, 14, clock.now().getTime() / 1000 + 60]);
      expect(rejected.metadata.has("retry-after")).to.equal(false);
      const broken = await refusal(authBy(protocol).refreshToken({}));
      expect(broken.code).to.equal(Code.Internal);
      expect(figures(broken.metadata)).to.deep.equal([30, 29, clock.now().getTime() / 1000 + 60]);
    });

    it(`refuses with the figures and the time to wait, over ${protocol}`, async () => {
      for (let i = 0; i < 15; i++) await refusal(authBy(protocol).login({}));
      clock.advance(20);
      const refused = await refusal(authBy(protocol).login({}));
      expect(refused.code).to.equal(Code.ResourceExhausted);
      expect(figures(refused.metadata)).to.deep.equal([15, 0, clock.now().getTime() / 1000 + 40]);
      expect(refused.metadata.get("retry-after")).to.equal("40");
      clock.advance(40);
      expect((await refusal(authBy(protocol).login({}))).code).to.equal(Code.Unauthenticated);
    });
  }

  for (const protocol of ["gRPC", "gRPC-Web", "Connect"] as const) {
    it(`charges a number nothing for a call that a quota refuses, and describes the quota, over ${protocol}`, async () => {
      const phone = "+237670000001";
      const resetAt = clock.now().getTime() / 1000 + 900;
      refuse = () => {
        throw rateLimited(900, { limit: 7, resetAt });
      };
      const calls = [
        () => authBy(protocol).resendCode({ phone }),
        () => authBy(protocol).activate({ phone, code: "1" }),
      ];
      for (const call of calls) {
        for (let i = 0; i < 4; i += 1) {
          const refused = await refusal(call());
          expect(figures(refused.metadata)).to.deep.equal([7, 0, resetAt]);
          expect(refused.metadata.get("retry-after")).to.equal("900");
        }
      }
      refuse = () => {};
      for (const call of calls) await call();
      // The window of a minute.
      const { metadata } = await refusal(authBy(protocol).resendCode({ phone }));
      expect(figures(metadata)).to.deep.equal([1, 0, clock.now().getTime() / 1000 + 60]);
    });
  }

  it("charges the address for a call that a quota refuses", async () => {
    refuse = () => {
      throw rateLimited(900, { limit: 7, resetAt: 0 });
    };
    const limits = [];
    for (let i = 0; i < 11; i += 1) {
      const { metadata } = await refusal(authBy("gRPC").resendCode({ phone: "+237670000001" }));
      limits.push(figures(metadata)[0]);
    }
    expect(limits).to.deep.equal([...Array(10).fill(7), 10]);
  });

  it("charges a number for a call that fails otherwise", async () => {
    refuse = () => {
      throw new DomainError("SMS_UNAVAILABLE");
    };
    const codes = [];
    for (let i = 0; i < 2; i += 1) {
      codes.push((await refusal(authBy("gRPC").resendCode({ phone: "+237670000001" }))).code);
    }
    expect(codes).to.deep.equal([Code.Unavailable, Code.ResourceExhausted]);
  });

  it("counts the calls of all protocols together", async () => {
    const protocols = ["gRPC", "gRPC-Web", "Connect"] as const;
    for (let i = 0; i < 15; i++) await refusal(authBy(protocols[i % 3]!).login({}));
    for (const protocol of protocols) {
      expect((await refusal(authBy(protocol).login({}))).code).to.equal(Code.ResourceExhausted);
    }
  });

  it("counts each address separately", async () => {
    for (let i = 0; i < 16; i++) await refusal(authBy("gRPC").login({}));
    const headers = { "test-address": "192.0.2.8" };
    expect((await refusal(authBy("gRPC").login({}, { headers }))).code).to.equal(Code.Unauthenticated);
  });

  it("counts all spellings of a phone number together, at each address", async () => {
    const spellings = ["+237670000001", "00237 670-00-00-01", "\u200b(237) 670 000 001"];
    for (const phone of spellings) await activate(phone);
    const refused = await refusal(activate("237670000001"));
    expect(refused.code).to.equal(Code.ResourceExhausted);
    expect(figures(refused.metadata).slice(0, 2)).to.deep.equal([3, 0]);
    const elsewhere = await activate("237670000001", { "test-address": "192.0.2.9" });
    expect(figures(elsewhere).slice(0, 2)).to.deep.equal([3, 2]);
  });

  it("counts refreshes by session with a token of ours, and by address without one", async () => {
    const refresh = async (token: string, address: string) => {
      const headers = { "test-address": address };
      const { metadata } = await refusal(authBy("gRPC").refreshToken({ refresh: token }, { headers }));
      return figures(metadata)[1];
    };
    expect(await refresh("ours-1", "192.0.2.1")).to.equal(29);
    expect(await refresh("ours-1", "192.0.2.2")).to.equal(28);
    expect(await refresh("ours-2", "192.0.2.1")).to.equal(29);
    expect(await refresh("theirs", "192.0.2.1")).to.equal(29);
    expect(await refresh("forged", "192.0.2.1")).to.equal(28);
  });

  it("gives the figures of the tightest window", async () => {
    expect(figures(await activate("+237670000001")).slice(0, 2)).to.deep.equal([3, 2]);
    expect(figures(await activate("+237670000002")).slice(0, 2)).to.deep.equal([3, 2]);
    expect(figures(await activate("+237670000003")).slice(0, 2)).to.deep.equal([5, 2]);
  });

  it("counts an invalid phone number by address", async () => {
    expect(figures(await activate("not a phone")).slice(0, 2)).to.deep.equal([5, 4]);
    let received = new Headers();
    await authBy("Connect").resendCode({ phone: "" }, { onHeader: (header) => (received = header) });
    expect(figures(received).slice(0, 2)).to.deep.equal([10, 9]);
  });

  it("counts users by account and not by address", async () => {
    const client = createClient(ProfileService, transports.Connect);
    const remaining: number[] = [];
    for (const [id, address] of [
      ["1", "192.0.2.1"],
      ["1", "192.0.2.2"],
      ["2", "192.0.2.2"],
    ] as const) {
      await client.getProfile(
        {},
        {
          headers: { "test-user-id": id, "test-address": address },
          onHeader: (header) => remaining.push(figures(header)[1]!),
        },
      );
    }
    expect(remaining).to.deep.equal([1999, 1998, 1999]);
  });

  it("counts a streaming call once, before its messages", async () => {
    const request = {
      stream: true,
      method: AuthService.method.login as unknown,
      contextValues: createContextValues().set(callerKey, {
        address: "192.0.2.7",
        authorization: null,
        userAgent: "",
        requestId: "",
        language: "fr",
        isLanguageRequested: false,
      }),
    } as StreamRequest;
    const response = { stream: true, header: new Headers() } as StreamResponse;
    const call = interceptorWith(clock)(async () => response);
    for (let i = 0; i < 15; i++) await call(request);
    expect(figures(response.header).slice(0, 2)).to.deep.equal([15, 0]);
    expect(await rejectionReason(call(request))).to.equal("RATE_LIMITED");
    expect(figures(new Headers(request.contextValues.get(responseHeadersKey)!)).slice(0, 2)).to.deep.equal([
      15, 0,
    ]);
  });
});
