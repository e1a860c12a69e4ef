import { once } from "node:events";
import { connect, constants } from "node:http2";
import type { DescMethod } from "@bufbuild/protobuf";
import { getOption } from "@bufbuild/protobuf";
import { expect } from "chai";
import { AccountService } from "#gen/waterbill/identity/v1/account_service_pb.js";
import { AuthService } from "#gen/waterbill/identity/v1/auth_service_pb.js";
import { ProfileService } from "#gen/waterbill/identity/v1/profile_service_pb.js";
import { WhitelistService } from "#gen/waterbill/identity/v1/whitelist_service_pb.js";
import { Access, access } from "#gen/waterbill/options/v1/access_pb.js";
import { setAccountActive } from "../../src/accounts/set-account-active.js";
import { setRights } from "../../src/accounts/set-rights.js";
import { COMMAND_LINE } from "../../src/audit/act.js";
import { login } from "../../src/auth/login.js";
import { readHttpRules } from "../../src/rest/http-rules.js";
import type { User } from "../../src/users/user.js";
import { addEntry } from "../../src/whitelist/add-entry.js";
import { administrator } from "../support/administrator.js";
import { generousLimits, useTestService } from "../support/service.js";
import { activeUser, newPhone, signedIn, testPassword } from "../support/test-context.js";

const adminMethods = [AuthService, ProfileService, AccountService, WhitelistService]
  .flatMap((service): readonly DescMethod[] => service.methods)
  .filter((method) => [Access.ADMIN, Access.SUPERUSER].includes(getOption(method, access)));

/** How a request was refused, in one form for every protocol; `null` if it succeeded. */
type Refusal = "UNAUTHENTICATED" | "ADMIN_REQUIRED" | null;

describe("administration", () => {
  const service = useTestService();
  let admin: User;
  let token: string;
  before(async () => {
    const signed = await administrator(service.context);
    admin = signed.user;
    token = signed.tokens.access;
    // With another superuser, those of the tests can lose their rights.
    const { phone } = await activeUser(service.context);
    const rights = () => ({ isStaff: true, isSuperuser: true });
    await setRights(service.context.app, { phone, rights, actor: COMMAND_LINE });
  });

  const send = (httpMethod: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    fetch(service.origin + path, {
      method: httpMethod,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body !== undefined && { body }),
    });
  const json = async (call: Promise<Response>) => {
    const response = await call;
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };
  const importCsv = (file: string | Buffer, query = "", type = "text/csv") =>
    json(send("POST", `/api/auth/admin/whitelist/import/${query}`, file as string, { "content-type": type }));

  describe("is for administrators", () => {
    type Headers = Record<string, string>;

    async function refusalOverGrpcWeb(path: string, authorization: Headers): Promise<Refusal> {
      const response = await fetch(path, {
        method: "POST",
        headers: { ...authorization, "content-type": "application/grpc-web+proto" },
        body: Buffer.alloc(5),
      });
      const trailers = Buffer.from(await response.arrayBuffer()).toString("latin1");
      const status = response.headers.get("grpc-status") ?? /grpc-status: ?(\d+)/i.exec(trailers)?.[1];
      if (status === "16") return "UNAUTHENTICATED";
      return status === "7" ? "ADMIN_REQUIRED" : null;
    }

    async function refusalOverConnect(
      path: string,
      authorization: Headers,
      isStream: boolean,
    ): Promise<Refusal> {
      const response = await fetch(path, {
        method: "POST",
        headers: { ...authorization, "content-type": `application/${isStream ? "connect+json" : "json"}` },
        body: isStream ? Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.from("{}")]) : "{}",
      });
      const text = await response.text();
      if (/UNAUTHENTICATED|unauthenticated/.test(text)) return "UNAUTHENTICATED";
      return /permission_denied/.test(text) ? "ADMIN_REQUIRED" : null;
    }

    async function refusalOverRest(
      path: string,
      authorization: Headers,
      { httpMethod, body }: Pick<ReturnType<typeof readHttpRules>[number], "httpMethod" | "body">,
    ): Promise<Refusal> {
      const [type, content] = body === "csv" ? ["text/csv", "+237670000000"] : ["application/json", "{}"];
      const response = await fetch(path, {
        method: httpMethod,
        headers: { ...authorization, "content-type": type },
        ...(body !== "" && { body: content }),
      });
      await response.arrayBuffer();
      if (response.status === 401) return "UNAUTHENTICATED";
      return response.status === 403 ? "ADMIN_REQUIRED" : null;
    }

    /** Calls over gRPC, Connect and REST, on every path, and returns how each was refused. */
    async function refusals(method: DescMethod, bearer: string | null): Promise<Refusal[]> {
      const authorization: Headers = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
      const path = `${service.origin}/${method.parent.typeName}/${method.name}`;
      const found = [
        await refusalOverGrpcWeb(path, authorization),
        await refusalOverConnect(path, authorization, method.methodKind !== "unary"),
      ];
      for (const rule of readHttpRules(method)) {
        const names = rule.segments.map(({ name, isVariable }) => (isVariable ? "+237670000000" : name));
        const rest = `${service.origin}/${names.join("/")}`;
        for (const spelling of [rest, `${rest}/`]) {
          found.push(await refusalOverRest(spelling, authorization, rule));
        }
      }
      return found;
    }

    it("has a REST path for each method", () => {
      expect(adminMethods).to.include.members([...WhitelistService.methods]);
      for (const method of adminMethods) expect(readHttpRules(method), method.name).not.to.have.length(0);
    });

    for (const method of adminMethods) {
      const isSuperuser = getOption(method, access) === Access.SUPERUSER;

      it(`refuses ${method.name} on every protocol without a token, with an expired one and for an ordinary user`, async () => {
        const { user, tokens } = await signedIn(service.context);
        expect(new Set(await refusals(method, null))).to.deep.equal(new Set(["UNAUTHENTICATED"]));
        expect(new Set(await refusals(method, "x.y.z"))).to.deep.equal(new Set(["UNAUTHENTICATED"]));
        expect(new Set(await refusals(method, tokens.refresh))).to.deep.equal(new Set(["UNAUTHENTICATED"]));
        expect(new Set(await refusals(method, tokens.access))).to.deep.equal(new Set(["ADMIN_REQUIRED"]));

        const { app } = service.context;
        await setRights(app, {
          phone: user.phone,
          actor: COMMAND_LINE,
          rights: () => ({ isStaff: true, isSuperuser }),
        });
        expect(new Set(await refusals(method, tokens.access))).to.deep.equal(new Set([null]));
        await setRights(app, {
          phone: user.phone,
          actor: COMMAND_LINE,
          rights: () => ({ isStaff: false, isSuperuser: false }),
        });
        expect(new Set(await refusals(method, tokens.access))).to.deep.equal(new Set(["UNAUTHENTICATED"]));
        const { tokens: customers } = await login(app, { phone: user.phone, password: testPassword });
        expect(new Set(await refusals(method, customers.access))).to.deep.equal(new Set(["ADMIN_REQUIRED"]));

        await setAccountActive(app, { phone: user.phone, actor: COMMAND_LINE, isActive: false });
        expect(new Set(await refusals(method, customers.access))).to.deep.equal(new Set(["UNAUTHENTICATED"]));
        await setAccountActive(app, { phone: user.phone, actor: COMMAND_LINE, isActive: true });
        const again = await login(app, { phone: user.phone, password: testPassword });
        service.context.clock.advance(901);
        expect(new Set(await refusals(method, again.tokens.access))).to.deep.equal(
          new Set(["UNAUTHENTICATED"]),
        );
        token = (await login(app, { phone: admin.phone, password: testPassword })).tokens.access;
      });
    }
  });

  describe("over REST as the specification has it", () => {
    it("adds, lists, checks and removes a number, with the exact shapes and messages", async () => {
      const phone = newPhone();
      const added_at = service.context.clock.now().toISOString().replace(".000Z", "Z");
      const added = await json(
        send(
          "POST",
          "/api/auth/admin/whitelist/add/",
          JSON.stringify({ phone, notes: "Client VIP", is_active: true }),
        ),
      );
      const { id } = (added.body as never as { data: { whitelist_item: { id: number } } }).data
        .whitelist_item;
      const item = {
        id,
        phone,
        added_by_display: "John Doe",
        added_by_phone: admin.phone,
        added_at,
        notes: "Client VIP",
        is_active: true,
      };
      const success = (message: string, data: object) => ({ status: "success", message, data });
      expect(added.status).to.equal(201);
      expect(JSON.stringify(added.body)).to.equal(
        JSON.stringify(success("Numéro ajouté à la liste blanche avec succès", { whitelist_item: item })),
      );

      const listed = await json(send("GET", "/api/auth/admin/whitelist/?page_size=1"));
      const data = (listed.body as never as { data: Record<string, unknown> }).data;
      expect(listed.body).to.deep.include({ message: "Liste blanche récupérée avec succès" });
      expect(Object.keys(data)).to.deep.equal(["whitelist", "statistics", "next_page_token"]);
      expect(data.whitelist).to.deep.equal([item]);
      const { total_count, active_count, inactive_count } = data.statistics as Record<string, number>;
      expect(total_count).to.equal(active_count! + inactive_count!);

      const { added_by_phone: _, ...details } = item;
      const checked = await json(send("POST", "/api/admin/whitelist/check", JSON.stringify({ phone })));
      expect(JSON.stringify(checked.body)).to.equal(
        JSON.stringify(success("Numéro autorisé", { is_authorized: true, whitelist_details: details })),
      );

      const removed = await json(
        send("DELETE", "/api/auth/admin/whitelist/remove/", JSON.stringify({ phone })),
      );
      expect(JSON.stringify(removed.body)).to.equal(
        JSON.stringify(success("Numéro supprimé de la liste blanche avec succès", { removed_phone: phone })),
      );
      const unknown = await json(send("POST", "/api/auth/admin/whitelist/check/", JSON.stringify({ phone })));
      expect(unknown.body).to.deep.equal(success("Numéro non autorisé", { is_authorized: false }));
    });

    it("refuses with the specified messages", async () => {
      const phone = newPhone();
      const add = () => json(send("POST", "/api/auth/admin/whitelist/add/", JSON.stringify({ phone })));
      await add();
      const again = await add();
      const message = "Ce numéro est déjà dans la liste blanche.";
      expect(again).to.deep.equal({
        status: 400,
        body: { status: "error", message, data: { phone: [message] } },
      });
      await send("DELETE", `/api/auth/admin/whitelist/${phone}/`);
      const gone = await json(send("DELETE", `/api/auth/admin/whitelist/${phone}/`));
      expect(gone).to.deep.equal({
        status: 404,
        body: { status: "error", message: "Numéro non trouvé dans la liste blanche.", data: {} },
      });
    });

    it("accepts a number in path and query, with a plus sign or its percent-encoding", async () => {
      for (const spell of [
        (phone: string) => `${phone}/`,
        (phone: string) => encodeURIComponent(phone),
        (phone: string) => `remove/?phone=${phone}`,
        (phone: string) => `remove?phone=${encodeURIComponent(phone)}`,
      ]) {
        const phone = newPhone();
        await addEntry(service.context.app, { phone, notes: "", isActive: true, actor: null });
        const path = `/api/auth/admin/whitelist/${spell(phone)}`;
        const { status, body } = await json(send("DELETE", path));
        expect(status, path).to.equal(200);
        expect((body as never as { data: object }).data).to.deep.equal({ removed_phone: phone });
      }
    });

    it("changes an entry and returns its history", async () => {
      const phone = newPhone();
      await addEntry(service.context.app, { phone, notes: "one", isActive: true, actor: null });
      const changes = JSON.stringify({ notes: "two", is_active: false });
      const changed = await json(send("PATCH", `/api/auth/admin/whitelist/${phone}/`, changes));
      expect(changed.body).to.have.nested.property("data.whitelist_item.notes", "two");
      const { body } = await json(send("GET", `/api/auth/admin/whitelist/${phone}/history/`));
      expect(body).to.have.nested.property("data.history[0].action", "WHITELIST_ACTION_DEACTIVATE");
      expect(body).to.have.nested.property("data.history[0].actor_phone", admin.phone);
      expect(body).to.have.nested.property("data.history[1].actor_phone", "");
    });

    it("explains why it refuses an invalid size or token", async () => {
      const list = (query: string) => json(send("GET", `/api/auth/admin/whitelist/?${query}`));
      for (const size of ["0", "1000000000"]) expect((await list(`page_size=${size}`)).status).to.equal(200);
      for (const query of ["page_size=-1", "page_size=10000000000", "page_size=x", "page_token=AAAA"]) {
        const { status, body } = await list(query);
        expect(status, query).to.equal(400);
        expect(Object.keys((body as never as { data: object }).data)).to.deep.equal([query.split("=")[0]]);
      }
      for (const query of ["added_after=yesterday", "order_by=id", "is_active=maybe", "search=%00"]) {
        expect((await list(query)).status, query).to.equal(400);
      }
      for (const state of ["ACCOUNT_STATE_GONE", "4"]) {
        const { status, body } = await json(send("GET", `/api/auth/admin/users/?state=${state}`));
        expect(status, state).to.equal(400);
        expect(Object.keys((body as never as { data: object }).data)).to.deep.equal(["state"]);
      }
    });

    it("lists accounts, deactivates one and activates it again", async () => {
      const { user } = await signedIn(service.context);
      const { body } = await json(send("GET", `/api/auth/admin/users/?search=${user.phone.slice(1)}`));
      expect(body).to.have.nested.property("message", "Utilisateurs récupérés avec succès");
      expect(body.data).to.have.all.keys("users", "next_page_token", "statistics");
      expect(body)
        .to.have.nested.property("data.statistics")
        .that.has.all.keys([
          ...["total_count", "active_count", "pending_count", "deactivated_count", "leaving_count"],
        ]);
      const [account] = (body as never as { data: { users: Record<string, unknown>[] } }).data.users;
      expect(account).to.have.all.keys(
        ["id", "phone", "first_name", "last_name", "full_name", "email", "is_active", "is_staff"].concat([
          "is_superuser",
          "date_joined",
          "last_login",
          "state",
          "deletion_at",
          "address",
          "apartment_name",
        ]),
      );
      const set = (is_active: unknown) =>
        json(
          send("POST", "/api/auth/admin/users/set-active/", JSON.stringify({ phone: user.phone, is_active })),
        );
      const deactivated = (await set(false)).body;
      expect(deactivated).to.deep.include({ message: "Compte désactivé avec succès" });
      expect(deactivated).to.have.nested.property("data.account.is_active", false);
      const activated = (await set(true)).body;
      expect(activated).to.deep.include({ message: "Compte activé avec succès" });
      expect(activated).to.have.nested.property("data.account.is_active", true);
      expect((await set(undefined)).status).to.equal(400);
    });
  });

  describe("files over REST", () => {
    it("are imported with a report of each line", async () => {
      const [one, two] = [newPhone(), newPhone()];
      const file = Buffer.from(
        `téléphone;notes\r\n${one};Résidence\r\n${two.slice(1)};"=1+1"\r\n12;x\r\n`,
        "latin1",
      );
      const preview = await importCsv(file, "?dry_run=true");
      expect(preview.body).to.deep.include({ message: "Simulation terminée : rien n'a été modifié" });
      const { status, body } = await importCsv(file);
      expect(status).to.equal(200);
      expect((body as never as { data: object }).data).to.deep.equal({
        dry_run: false,
        total_count: 3,
        added_count: 2,
        reactivated_count: 0,
        unchanged_count: 0,
        refused_count: 1,
        not_applied_count: 0,
        lines: [
          { line: 2, phone: one, outcome: "IMPORT_OUTCOME_ADDED", reason: null, message: null },
          { line: 3, phone: two, outcome: "IMPORT_OUTCOME_ADDED", reason: null, message: null },
          {
            line: 4,
            phone: "12",
            outcome: "IMPORT_OUTCOME_REFUSED",
            reason: "PHONE_LENGTH",
            message: "Le numéro de téléphone doit contenir entre 9 et 15 chiffres.",
          },
        ],
        omitted_line_count: 0,
      });
      const refused = await importCsv(`12\n${newPhone()}\n`, "?all_or_nothing=true");
      expect(refused.body).to.deep.include({ message: "Importation refusée : rien n'a été modifié" });
    });

    it("are refused with an explanation when they can't be read", async () => {
      const cases: [string | Buffer, string, number][] = [
        ["", "text/csv", 400],
        ["PK\u0003\u0004\0", "text/csv", 400],
        ["{}", "application/json", 415],
        ["x", "multipart/form-data; boundary=x", 400],
        ["x", "multipart/mixed; boundary=x", 415],
      ];
      for (const [file, type, status] of cases) {
        const response = await importCsv(file, "", type);
        expect(response.status, type).to.equal(status);
        expect(response.body).to.deep.include({ status: "error" });
      }
      const packed = await json(
        send("POST", "/api/auth/admin/whitelist/import/", "x", {
          "content-type": "text/csv",
          "content-encoding": "br",
        }),
      );
      expect(packed.status).to.equal(415);
      const torn = await importCsv(`${newPhone()},a\n"${newPhone()},b\n`);
      expect(torn.status).to.equal(200);
      expect(torn.body).to.have.nested.property("data.refused_count", 1);
    });

    it("change nothing when an all-or-nothing upload breaks off", async () => {
      const phone = newPhone();
      const session = connect(service.origin);
      await once(session, "connect");
      const stream = session.request({
        ":method": "POST",
        ":path": "/api/auth/admin/whitelist/import/?all_or_nothing=true",
        "content-type": "text/csv",
        authorization: `Bearer ${token}`,
      });
      stream.on("error", () => {});
      stream.write(`${phone}\n`);
      await new Promise((resolve) => session.ping(resolve));
      stream.close(constants.NGHTTP2_CANCEL);
      await once(stream, "close");
      session.close();
      // The broken import, if it were applied, would be applied before this one.
      await importCsv(`${newPhone()}\n`, "?all_or_nothing=true");
      expect(await service.context.app.whitelist.find(null, phone)).to.equal(null);
    });

    it("are exported neutralised, in a form that import accepts", async () => {
      const phone = newPhone();
      const notes = `=HYPERLINK("http://x";"a, b")`;
      await addEntry(service.context.app, { phone, notes, isActive: false, actor: null });
      const path = `/api/auth/admin/whitelist/export/?search=${phone.slice(1)}`;
      const response = await send("GET", path);
      expect(response.headers.get("content-type")).to.equal("text/csv; charset=utf-8");
      expect(response.headers.get("content-disposition")).to.equal('attachment; filename="whitelist.csv"');
      expect(response.headers.get("x-ratelimit-limit")).to.equal(generousLimits.LIMIT_ADMIN!.split("/")[0]);
      const bytes = Buffer.from(await response.arrayBuffer());
      const record = `'${phone},"'=HYPERLINK(""http://x"";""a, b"")",false\r\n`;
      expect(bytes.toString()).to.equal(`\ufeffphone,notes,is_active\r\n${record}`);
      const again = await importCsv(bytes);
      expect(again.body).to.have.nested.property("data.unchanged_count", 1);

      const refused = await send("GET", "/api/auth/admin/whitelist/export/?order_by=x");
      expect(refused.status).to.equal(400);
      expect(((await refused.json()) as { data: object }).data).to.have.property("order_by");
      const head = await send("HEAD", path, undefined, { connection: "close" });
      expect(head.status).to.equal(200);
      expect(head.headers.get("content-type")).to.equal("text/csv; charset=utf-8");
    });

    it("are exported completely over several pages", async () => {
      const { app, testDatabase, clock } = service.context;
      const additions = Array.from({ length: 2500 }, (_, n) => ({
        phone: `+9980${String(n).padStart(8, "0")}`,
        notes: "",
        isActive: true,
      }));
      await app.whitelist.add(null, additions, { actor: null, at: clock.now(), importId: null });
      const response = await send("GET", "/api/auth/admin/whitelist/export/?search=9980&order_by=phone");
      const lines = (await response.text()).trimEnd().split("\r\n").slice(1);
      expect(lines).to.deep.equal(additions.map(({ phone }) => `'${phone},,true`));
      const text = "DELETE FROM whitelist_entries WHERE phone LIKE '+998%'";
      await testDatabase.database.run(null, { name: "test_over", text }, []);
    });
  });
});
