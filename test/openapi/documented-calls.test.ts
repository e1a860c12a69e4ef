import { expect } from "chai";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { administrator } from "../support/administrator.js";
import { calls } from "../support/api-document.js";
import { sendDocumented } from "../support/documented/send-documented.js";
import { useTestService } from "../support/service.js";
import { activeUser, newPhone, signedIn, testPassword } from "../support/test-context.js";

describe("calls as the OpenAPI document describes them", () => {
  const service = useTestService();

  it("get responses as it describes them, and none that is the service's fault", async function () {
    this.timeout(60_000);
    const { context, origin } = service;
    const admin = await administrator(context);
    const [customer, other] = [await signedIn(context), await activeUser(context)];
    const unregistered = newPhone();
    await addEntry(context.app, { phone: unregistered, notes: "", isActive: true, actor: null });
    const phones = [other.phone, unregistered, newPhone(), newPhone()];
    const passwords = [testPassword];
    const report = await sendDocumented({
      origin,
      seed: "documented",
      count: 600,
      acquaintance: {
        tokens: [admin.tokens.access, customer.tokens.access],
        fields: {
          phone: phones,
          new_phone: phones,
          password: passwords,
          password_confirm: passwords,
          current_password: passwords,
          first_name: ["John"],
          last_name: ["Doe"],
          refresh: [(await signedIn(context)).tokens.refresh],
          order_by: ["phone", "phone desc"],
          page_token: [""],
        },
      },
    });
    expect(report.faults.join("\n")).to.equal("");
    expect(report.statuses).to.include.keys("200", "201", "400", "401", "403", "404");
    expect(report.succeeded.size).to.be.above(calls.length / 2);
  });
});
