import { expect } from "chai";
import { estimateMedian, median, quantile } from "../../bench/measure/statistics.js";
import { seededRandom } from "../support/seeded-random.js";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("the statistics of the benchmark", () => {
  it("take the middle of the values, or of the two in the middle", () => {
    expect(median([9, 1, 5])).to.equal(5);
    expect(median([4, 1, 2, 9])).to.equal(3);
    expect(median([])).to.deep.equal(Number.NaN);
  });

  it("take as a percentile the least value that enough of them don't exceed", () => {
    expect(quantile(upTo(200), 0.5)).to.equal(100);
    expect(quantile(upTo(200), 0.99)).to.equal(198);
    expect(quantile([7], 0.99)).to.equal(7);
  });

  it("put the interval of a median between two of the values, as the binomial distribution says", () => {
    // The tables of order statistics: of 20 values the 6th and the 15th, of 30 the 10th and the 21st.
    expect(estimateMedian(upTo(20))).to.deep.equal({ median: 10.5, low: 6, high: 15 });
    expect(estimateMedian(upTo(30))).to.deep.equal({ median: 15.5, low: 10, high: 21 });
    expect(estimateMedian(upTo(6))).to.deep.equal({ median: 3.5, low: 1, high: 6 });
    expect(estimateMedian(upTo(5))).to.deep.equal({ median: 3, low: 1, high: 5 });
  });

  it("don't let a few slow slices move median and interval", () => {
    const quiet = upTo(30);
    const disturbed = quiet.map((value) => (value > 26 ? value * 1000 : value));
    expect(estimateMedian(disturbed)).to.deep.equal(estimateMedian(quiet));
  });

  it("hold the true median in 95 % of the intervals, however skewed the values are", () => {
    const random = seededRandom("statistics");
    const uniform = () => (random.integer(1_000_000) + 1) / 1_000_001;
    const holds = Array.from({ length: 2000 }, () => {
      const { low, high } = estimateMedian(Array.from({ length: 30 }, () => (-Math.log(uniform())) ** 3));
      const middle = Math.log(2) ** 3;
      return low <= middle && middle <= high;
    });
    expect(holds.filter(Boolean).length / holds.length).to.be.within(0.94, 0.975);
  });
});
