import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { useTestDatabase } from "../support/database.js";
import { useFixture } from "../support/fixture.js";
import { recordSecret } from "../support/log.js";
import { testKeyPrefix, testRedisUrl } from "../support/redis.js";
import { stopProcess } from "../support/server-process.js";
import { newPhone, testKeys, testPassword } from "../support/test-context.js";

interface Server {
  process: ChildProcess;
  origin: string;
  /** The next line on its standard output that matches. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
}

/** The server in a process of its own. */
async function startServer(environment: Record<string, string>): Promise<Server> {
  const child = spawn(process.execPath, ["--import", "tsx", "src/main.ts"], {
    stdio: ["ignore", "pipe", "inherit"],
    // tsx compiles a program differently from the tests, so a merged coverage report would be wrong.
    env: {
      ...process.env,
      NODE_V8_COVERAGE: "",
      NODE_ENV: "test",
      HOST: "127.0.0.1",
      PORT: "0",
      ...environment,
    },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  async function line(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the server ended without a line like ${pattern}`);
      const match = pattern.exec(value);
      if (match) return match;
    }
  }
  const [, port] = await line(/"port":(\d+).*"msg":"serving"/);
  return { process: child, origin: `http://127.0.0.1:${port}`, line };
}

const post = async (url: string, body: object, headers: Record<string, string> = {}) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, never> };
};

describe("two processes on one PostgreSQL and one Redis", function () {
  this.timeout(60_000);
  const database = useTestDatabase();
  async function startServers(): Promise<{ one: Server; two: Server }> {
    const environment = {
      DATABASE_URL: database.url,
      REDIS_URL: testRedisUrl(),
      REDIS_PREFIX: testKeyPrefix(),
      TOKEN_SECRET: testKeys.token,
      CODE_SECRET: testKeys.code,
      // By the hour, because a busy machine may take longer than a minute for the calls.
      LIMIT_LOGIN: "15/hour",
    };
    const [one, two] = await Promise.all([startServer(environment), startServer(environment)]);
    return { one, two };
  }

  const servers = useFixture(startServers, ({ one, two }) =>
    Promise.all([one, two].map((server) => stopProcess(server.process, "SIGKILL"))),
  );

  it("share accounts, codes, sessions and limits, and stop on a signal", async () => {
    const { one, two } = servers;
    const phone = newPhone();
    const statement = {
      name: "test_allow",
      text: "INSERT INTO whitelist_entries (phone, added_at) VALUES ($1, now())",
    };
    await database.database.run(null, statement, [phone]);
    const person = {
      phone,
      first_name: "J",
      last_name: "D",
      password: testPassword,
      password_confirm: testPassword,
    };
    expect((await post(`${one.origin}/api/register/`, person)).status).to.equal(201);
    const [, code = ""] = await one.line(/Code d'activation pour \+\d+: (\d{6})/);
    recordSecret(code);
    expect((await post(`${two.origin}/api/activate/`, { phone, code })).status).to.equal(200);

    const session = await post(`${one.origin}/api/login/`, { phone, password: testPassword });
    const { access, refresh } = (
      session.body.data as unknown as { tokens: { access: string; refresh: string } }
    ).tokens;
    const next = await post(`${two.origin}/api/token/refresh/`, { refresh });
    const again = await post(`${one.origin}/api/token/refresh/`, { refresh });
    expect([next.status, again.status]).to.deep.equal([200, 200]);
    expect(again.body.refresh).to.equal(next.body.refresh);

    const bearer = { authorization: `Bearer ${access}` };
    const { status } = await post(`${one.origin}/api/logout/`, { refresh: next.body.refresh }, bearer);
    expect(status).to.equal(200);
    const profile = await fetch(`${two.origin}/api/profile/`, { headers: bearer });
    expect(profile.status).to.equal(401);

    const statuses: number[] = [];
    for (let call = 0; call < 16; call += 1) {
      const { origin } = call % 2 === 0 ? one : two;
      statuses.push((await post(`${origin}/api/login/`, { phone, password: "wrong" })).status);
    }
    expect(statuses.filter((each) => each === 401)).to.have.length(14);
    expect(statuses.filter((each) => each === 429)).to.have.length(2);

    const ended = Promise.all([one, two].map((server) => once(server.process, "exit")));
    for (const server of [one, two]) server.process.kill("SIGTERM");
    expect((await ended).map(([exitCode]) => exitCode)).to.deep.equal([0, 0]);
  });
});
