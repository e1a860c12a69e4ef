import { expect } from "chai";
import { checkConnectionLimit } from "../../src/db/connection-limit.js";
import { useTestDatabase } from "../support/database.js";
import { testLogger } from "../support/log.js";

describe("the pool of a server", () => {
  const base = useTestDatabase();
  const lines: string[] = [];
  const check = (databasePoolSize: number, workers: number | null = null) => {
    lines.length = 0;
    const logger = testLogger((line) => lines.push(line));
    return checkConnectionLimit({ databaseUrl: base.url, databasePoolSize, workers }, base.database, logger);
  };

  it("is compared with the connections that PostgreSQL accepts", async () => {
    const text = `SELECT current_setting('max_connections')::int AS max,
                    current_setting('superuser_reserved_connections')::int AS reserved`;
    const statement = { name: "test_max_connections", text };
    const [row] = await base.database.run<{ max: number; reserved: number }>(null, statement, []);
    const available = row!.max - row!.reserved;
    await check(available);
    expect(lines).to.deep.equal([]);
    await check(available + 1);
    expect(lines).to.have.length(1);
    expect(JSON.parse(lines[0]!)).to.include({ level: 40, poolSize: available + 1, available });
    await check(Math.floor(available / 3), 3);
    expect(lines).to.deep.equal([]);
    await check(Math.floor(available / 3) + 1, 3);
    expect(JSON.parse(lines[0]!)).to.include({ poolSize: Math.floor(available / 3) + 1, processes: 3 });
  });
});
