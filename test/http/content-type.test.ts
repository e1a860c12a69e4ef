import { expect } from "chai";
import { parseContentType } from "../../src/http/content-type.js";

describe("parseContentType", () => {
  it("reads the media type in any case, without parameters", () => {
    expect(parseContentType("Application/JSON ; charset=utf-8").mediaType).to.equal("application/json");
    expect(parseContentType(undefined).mediaType).to.equal("");
  });

  it("recognises UTF-8 in each of its spellings", () => {
    for (const parameter of [
      "",
      ";charset=utf-8",
      "; charset=UTF-8",
      '; charset="utf-8"',
      "; a=b; charset=utf8",
    ]) {
      expect(parseContentType(`application/json${parameter}`).isUtf8, parameter).to.equal(true);
    }
  });

  it("recognises that another charset isn't UTF-8", () => {
    expect(parseContentType("application/json; charset=latin1").isUtf8).to.equal(false);
  });
});
