import { expect } from "chai";
import { acceptedEncoding } from "../../src/http/accept-encoding.js";

const accepted = (header?: string) =>
  acceptedEncoding(header === undefined ? {} : { "accept-encoding": header }, ["br", "gzip"]);

describe("acceptedEncoding", () => {
  it("is the first of ours that the client accepts, in whatever order the client names them", () => {
    expect(accepted("gzip, deflate, br, zstd")).to.equal("br");
    expect(accepted("gzip, deflate")).to.equal("gzip");
    expect(accepted("GZIP;q=0.5, br;q=0.1")).to.equal("br");
    expect(accepted("*")).to.equal("br");
  });

  it("is none that the client refuses, and none if it names none", () => {
    expect(accepted("br;q=0, gzip")).to.equal("gzip");
    expect(accepted("br;q=0, *;q=0.1")).to.equal("gzip");
    for (const header of [
      undefined,
      "",
      "identity",
      "deflate",
      "br;q=0",
      "*;q=0",
      "brotli",
      ";;,=",
      "br ; q=x,",
    ]) {
      expect(accepted(header), header).to.equal(null);
    }
  });

  it("ignores a header that is too long", () => {
    expect(accepted(`br${",x".repeat(127)}`)).to.equal("br");
    expect(accepted(`br${",x".repeat(128)}`)).to.equal(null);
  });
});
