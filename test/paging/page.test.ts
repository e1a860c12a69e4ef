import { expect } from "chai";
import { everyPage, type PageRequest, readPage } from "../../src/paging/page.js";
import { createPageTokens, type Position } from "../../src/paging/page-token.js";
import { rejectionReason } from "../support/rejection.js";

const tokens = createPageTokens(["a secret"]);

/** A list of the numbers from 0 on. */
function numbers(count: number) {
  return async (after: Position | null, limit: number) => {
    const from = after ? Number(after[0]) + 1 : 0;
    const length = Math.min(limit, count - from);
    return Array.from({ length }, (_, i) => ({ row: from + i, position: [String(from + i)] }));
  };
}

const page = (count: number, request: Partial<PageRequest>) =>
  readPage(tokens, ["numbers"], { pageSize: 0, pageToken: "", ...request }, numbers(count));

describe("readPage", () => {
  it("returns every row once, page by page, and no token after the last page", async () => {
    const seen: number[] = [];
    let pageToken = "";
    do {
      const { rows, nextPageToken } = await page(10, { pageSize: 3, pageToken });
      seen.push(...rows);
      pageToken = nextPageToken;
    } while (pageToken !== "");
    expect(seen).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("returns no token when the last page is full", async () => {
    expect(await page(3, { pageSize: 3 })).to.deep.equal({ rows: [0, 1, 2], nextPageToken: "" });
  });

  it("treats 0 and more than 1,000 as 1,000", async () => {
    for (const pageSize of [0, 1000, 1001, 1_000_000_000]) {
      expect((await page(2000, { pageSize })).rows).to.have.length(1000);
    }
  });

  it("refuses a negative size", async () => {
    expect(await rejectionReason(page(10, { pageSize: -1 }))).to.equal("INVALID_REQUEST");
  });
});

describe("everyPage", () => {
  it("returns all rows of a list of any length", async () => {
    for (const count of [0, 1, 1000, 2500]) {
      let seen = 0;
      for await (const rows of everyPage(numbers(count))) seen += rows.length;
      expect(seen).to.equal(count);
    }
  });
});
