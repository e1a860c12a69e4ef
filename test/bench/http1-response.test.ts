import { expect } from "chai";
import { parseResponse } from "../../bench/traffic/http1-response.js";

function parsed(text: string) {
  const response = parseResponse(Buffer.from(text));
  return response && { status: response.status, body: String(response.body) };
}

const responses = {
  "a length": 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a": 1}',
  chunks:
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx-other: 1\r\n\r\n3\r\n{"a\r\n5\r\n": 1}\r\n0\r\n\r\n',
};

describe("the benchmark's reader of responses", () => {
  for (const [name, text] of Object.entries(responses)) {
    it(`reads a body with ${name} once it is complete`, () => {
      expect(parsed(text)).to.deep.equal({ status: 200, body: '{"a": 1}' });
      for (let end = 0; end < text.length; end += 1) expect(parsed(text.slice(0, end))).to.equal(null);
    });
  }

  it("reads the status of a failure", () => {
    expect(parsed("HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n")).to.deep.equal({
      status: 429,
      body: "",
    });
  });
});
