import { expect } from "chai";
import { createPageTokens } from "../../src/paging/page-token.js";

describe("page tokens", () => {
  const tokens = createPageTokens(["a secret of the service"]);
  const list = ["whitelist", { search: "vip" }];
  const token = tokens.issue(list, ["2026-03-01 12:00:00.123456+00", "42"]);
  const refusal = (text: string, of: unknown = list) => {
    try {
      tokens.read(of, text);
      return "read";
    } catch (error) {
      const { message, fields } = error as { message: string; fields: { field: string }[] };
      return `${message} ${fields.map(({ field }) => field)}`;
    }
  };

  it("are read back as the position they were issued for", () => {
    expect(tokens.read(list, token)).to.deep.equal(["2026-03-01 12:00:00.123456+00", "42"]);
  });

  it("are read by another process with the same secret", () => {
    expect(createPageTokens(["a secret of the service"]).read(list, token)).to.have.length(2);
  });

  it("select the first page when they are empty", () => {
    expect(tokens.read(list, "")).to.equal(null);
  });

  it("are refused for a list with other filters, and for another list", () => {
    expect(refusal(token, ["whitelist", { search: "vi" }])).to.equal("INVALID_REQUEST page_token");
    expect(refusal(token, ["users", { search: "vip" }])).to.equal("INVALID_REQUEST page_token");
  });

  it("are refused when they are forged, truncated, extended or spelled differently", () => {
    const foreign = createPageTokens(["another secret"]).issue(list, ["x", "1"]);
    const flipped = (at: number) =>
      token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
    const spellings = [foreign, "x", "é", "null", "%00", `${token}=`, `${token}A`, ` ${token}`];
    const cuts = Array.from({ length: token.length - 1 }, (_, length) => token.slice(0, length + 1));
    const flips = Array.from({ length: token.length }, (_, at) => flipped(at));
    for (const text of [...spellings, ...cuts, ...flips]) {
      expect(refusal(text), text).to.equal("INVALID_REQUEST page_token");
    }
  });
});
