import { expect } from "chai";
import { createConsoleGateway } from "../../src/sms/console-gateway.js";
import { createBackground } from "../../src/system/background.js";
import { notifyBySms, warnBySms } from "../../src/verification/notify-by-sms.js";
import { useTestContext } from "../support/test-context.js";

describe("notifyBySms", () => {
  const context = useTestContext();
  const failures: unknown[] = [];
  const background = () =>
    createBackground({
      nextDelay: () => 0,
      limit: 10,
      concurrency: 4,
      onFailure: (error) => failures.push(error),
    });

  it("sends the confirmation in the background", async () => {
    const lines: string[] = [];
    const sms = createConsoleGateway((line) => lines.push(line));
    const deps = { ...context.app, sms, background: background() };
    await notifyBySms(deps, "+237670000001", "phone_change", "Merci.");
    expect(lines).to.deep.equal([]);
    await deps.background.drain();
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(
      /^✅ Confirmation changement de numéro de téléphone - \+237670000001: .* Merci\.$/,
    );
  });

  it("does not throw when sending fails", async () => {
    const broken = new Error("no paper");
    const sms = createConsoleGateway(() => {
      throw broken;
    });
    const deps = { ...context.app, sms, background: background() };
    await notifyBySms(deps, "+237670000001", "password_change");
    await deps.background.drain();
    expect(failures).to.deep.equal([broken]);
  });

  it("sends before it resolves when too many jobs wait in the background, and doesn't throw", async () => {
    const lines: string[] = [];
    const full = { run: () => false, drain: async () => {} };
    const console = createConsoleGateway((line) => lines.push(line));
    const deps = { ...context.app, sms: console, background: full };
    await notifyBySms(deps, "+237670000001", "phone_change");
    await warnBySms(deps, "+237670000001", "phone_change", "Un texte.");
    expect(lines).to.have.length(2);
    const sms = createConsoleGateway(() => {
      throw new Error("no paper");
    });
    await notifyBySms({ ...deps, sms }, "+237670000001", "phone_change");
  });
});
