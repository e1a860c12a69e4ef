import { expect } from "chai";
import { describeError } from "../../src/system/describe-error.js";

describe("describeError", () => {
  it("tells name, message and stack, of the causes too", () => {
    const description = describeError(new TypeError("outer", { cause: new Error("inner") }));
    expect(description).include({ type: "TypeError", message: "outer" });
    expect(description.stack).contain("describe-error.test");
    expect(description.cause).include({ type: "Error", message: "inner" });
  });

  it("leaves out whatever else hangs on an error", () => {
    const error = Object.assign(new Error("unique violation"), { detail: "Key (phone)=(+237670000001)" });
    expect(Object.keys(describeError(error))).have.members(["type", "message", "stack"]);
  });

  it("takes out what may be a phone number, a code, a link token or a JWT", () => {
    const link = "0f8fad5b-d9cb-469f-a165-70867728950e";
    const description = describeError(
      new Error(`+237670000001 123456 ${link} eyJhbGciOi.eyJzdWIi.c2ln at line 1234:56`),
    );
    expect(description.message).equal("+… … … … at line 1234:56");
    expect(description.stack).not.contain("123456");
  });

  it("describes what is no error, and ends on a circle of causes", () => {
    expect(describeError("code 123456")).deep.equal({ type: "string", message: "code …" });
    const circle = new Error("circle");
    circle.cause = circle;
    expect(JSON.stringify(describeError(circle)).split("circle").length).lessThan(20);
  });
});
