import { expect } from "chai";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { recordSecret } from "../support/log.js";
import { useTestService } from "../support/service.js";
import { newPhone, testPassword } from "../support/test-context.js";

/** What this service adds to the bodies of the specification. */
const ADDED = ["challenge", "device", "access_expires_in", "refresh_expires_in"];

/** A body as the client of the specification reads it: the same bytes without what was added. */
function withoutAdded(body: string): string {
  const isOld = (name: string) =>
    !ADDED.includes(name) && !(name === "refresh" && body.startsWith('{"access"'));
  return JSON.stringify(JSON.parse(body), (name, value: unknown) => (isOld(name) ? value : undefined));
}

describe("the walk of the specification over REST", () => {
  const service = useTestService();

  async function call(
    path: string,
    body: object | null,
    token = "",
  ): Promise<[status: number, body: string]> {
    const response = await fetch(`${service.origin}/api${path}`, {
      method: body ? "POST" : "GET",
      headers: {
        "content-type": "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(JSON.stringify(JSON.parse(text)), "no white space, no repeated keys").to.equal(text);
    return [response.status, text];
  }

  const expectBody = ([status, text]: [number, string], expected: [number, string]) =>
    expect([status, withoutAdded(text)]).to.deep.equal(expected);

  it("has the same bytes but for added fields", async () => {
    const { context } = service;
    const phone = newPhone();
    await addEntry(context.app, { phone, notes: "", isActive: true, actor: null });
    const spelled = phone.slice(1);
    const payload = {
      phone: spelled,
      first_name: "John",
      last_name: "Doe",
      password: testPassword,
      password_confirm: testPassword,
      email: "john@example.com",
      address: "123 Main St, Port Moresby",
      apartment_name: "A1",
    };
    expectBody(await call("/register/", payload), [
      201,
      `{"status":"success","message":"Compte créé avec succès. Un code d'activation a été envoyé par SMS.","data":{}}`,
    ]);
    const taken = "Un utilisateur avec ce numéro de téléphone existe déjà.";
    expectBody(await call("/register/", payload), [
      400,
      `{"status":"error","message":"Erreur lors de l'inscription: ${taken}","data":{"phone":["${taken}"]}}`,
    ]);
    const joined = context.clock.now().toISOString().replace(".000Z", "Z");

    context.clock.advance(60);
    expectBody(await call("/resend-code/", { phone: spelled }), [
      200,
      `{"status":"success","message":"Un nouveau code d'activation a été envoyé.","data":{}}`,
    ]);
    const code = context.outbox.codeFor(phone);
    const wrong = code === "000000" ? "000001" : "000000";
    expectBody(await call("/activate/", { phone: spelled, code: wrong }), [
      400,
      `{"status":"error","message":"Code d'activation incorrect.","data":{}}`,
    ]);
    const [status, activated] = await call("/activate/", { phone: spelled, code });
    const { id } = (JSON.parse(activated) as { data: { user: { id: number } } }).data.user;
    const user =
      `{"id":${id},"phone":"${phone}","first_name":"John","last_name":"Doe","full_name":"John Doe",` +
      `"email":"john@example.com","address":"123 Main St, Port Moresby","apartment_name":"A1",` +
      `"date_joined":"${joined}","is_active":true}`;
    expectBody(
      [status, activated],
      [
        200,
        `{"status":"success","message":"Compte activé avec succès. Vous pouvez maintenant vous connecter.","data":{"user":${user}}}`,
      ],
    );

    expectBody(await call("/login/", { phone: spelled, password: "wrong" }), [
      401,
      `{"status":"error","message":"Numéro de téléphone ou mot de passe incorrect.","data":{}}`,
    ]);
    const [, session] = await call("/login/", { phone: spelled, password: testPassword });
    const { tokens } = (JSON.parse(session) as { data: { tokens: Record<"access" | "refresh", string> } })
      .data;
    const { access, refresh } = tokens;
    for (const token of [access, refresh]) recordSecret(token);
    expect(withoutAdded(session)).to.equal(
      `{"status":"success","message":"Connexion réussie.","data":{"user":${user},` +
        `"tokens":{"access":"${access}","refresh":"${refresh}"}}}`,
    );
    expectBody(await call("/profile/", null, access), [
      200,
      `{"status":"success","message":"Profil récupéré avec succès.","data":{"user":${user}}}`,
    ]);

    const [, refreshed] = await call("/token/refresh/", { refresh });
    const next = JSON.parse(refreshed) as Record<"access" | "refresh", string>;
    for (const token of [next.access, next.refresh]) recordSecret(token);
    expect(withoutAdded(refreshed)).to.equal(`{"access":"${next.access}"}`);
    expectBody(await call("/logout/", { refresh: next.refresh }, next.access), [
      200,
      `{"status":"success","message":"Déconnexion réussie"}`,
    ]);
    expectBody(await call("/token/refresh/", { refresh: next.refresh }), [
      400,
      `{"status":"error","message":"Refresh token déjà blacklisté.","data":{}}`,
    ]);
  });
});
