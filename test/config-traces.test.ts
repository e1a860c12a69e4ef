import { expect } from "chai";
import { readConfig } from "../src/config.js";

describe("configuration of traces", () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" };

  it("is off without an endpoint", () => {
    expect(readConfig({ OTEL_TRACES_SAMPLER: "always_on", OTEL_SERVICE_NAME: "name" }).traces).to.equal(null);
  });

  it("has the specification's defaults", () => {
    expect(readConfig(endpoint).traces).to.deep.equal({
      endpoint: "http://collector:4318",
      headers: {},
      resource: { "deployment.environment.name": "development", "service.name": "waterbill-identity" },
      sampling: { isParentBased: true, ratio: 1 },
    });
  });

  it("reads headers and attributes, with percent-encoded values", () => {
    const traces = readConfig({
      ...endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc%3D, x-tenant=a=b",
      OTEL_RESOURCE_ATTRIBUTES: "service.name=other,service.version=1.2.3",
    }).traces;
    expect(traces?.headers).to.deep.equal({ authorization: "Bearer abc=", "x-tenant": "a=b" });
    expect(traces?.resource).to.include({ "service.name": "other", "service.version": "1.2.3" });
  });

  it("prefers OTEL_SERVICE_NAME", () => {
    const variables = { OTEL_SERVICE_NAME: "identity", OTEL_RESOURCE_ATTRIBUTES: "service.name=other" };
    expect(readConfig({ ...endpoint, ...variables }).traces?.resource).to.include({
      "service.name": "identity",
    });
  });

  for (const [name, sampling] of [
    ["always_on", { isParentBased: false, ratio: 1 }],
    ["always_off", { isParentBased: false, ratio: 0 }],
    ["traceidratio", { isParentBased: false, ratio: 0.25 }],
    ["parentbased_always_on", { isParentBased: true, ratio: 1 }],
    ["parentbased_always_off", { isParentBased: true, ratio: 0 }],
    ["parentbased_traceidratio", { isParentBased: true, ratio: 0.25 }],
  ] as const) {
    it(`knows the sampler ${name}`, () => {
      const variables = { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ".25" };
      expect(readConfig({ ...endpoint, ...variables }).traces?.sampling).to.deep.equal(sampling);
    });
  }
});
