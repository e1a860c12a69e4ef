import { expect } from "chai";
import { systemRandom } from "../../src/system/random.js";
import { newLinkToken, parseLinkToken } from "../../src/verification/link-token.js";
import { thrown } from "../support/rejection.js";

describe("link tokens", () => {
  it("are 128 random bits in the shape of a UUID", () => {
    const tokens = new Set(Array.from({ length: 1000 }, () => newLinkToken(systemRandom)));
    expect(tokens.size).to.equal(1000);
    const versions = new Set([...tokens].map((token) => token[14]));
    expect(versions.size).to.equal(16);
    for (const token of tokens) expect(parseLinkToken(token)).to.equal(token);
  });

  it("are cleaned of white space and invisible characters before they are checked", () => {
    const token = newLinkToken(systemRandom);
    const dirty = [...token].join("\u200b \u200c\t\u200d\n\ufeff\r\u2060");
    expect(parseLinkToken(dirty)).to.equal(token);
    expect(thrown(() => parseLinkToken(" \u200b\ufeff"))).to.have.property("reason", "TOKEN_REQUIRED");
    expect(thrown(() => parseLinkToken(token.slice(1)))).to.have.property("reason", "TOKEN_INVALID");
    expect(thrown(() => parseLinkToken(`${token}0`))).to.have.property("reason", "TOKEN_INVALID");
  });
});
