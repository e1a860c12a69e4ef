import { existsSync } from "node:fs";
import { type App, createApp } from "./app.js";
import { readConfig } from "./config.js";
import { prepareTables } from "./db/migrate.js";
import { prepareFirstStart, walkThrough } from "./first-start.js";
import { createInfrastructure, openServerDatabase } from "./infrastructure.js";
import { describeStartupError } from "./startup-error.js";
import { createLogger, type Logger } from "./system/logger.js";

// The server process: configuration, migrations, service, signals.

/** Time after which a stopping process exits, even if something hangs. */
const STOP_DEADLINE_MS = 9500;

async function start(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  const database = await openServerDatabase(config, (error) => {
    logger.fatal({ err: error }, "the embedded database failed");
    process.exit(1);
  });
  await prepareTables(config, database, logger);
  const app = createApp(config, await createInfrastructure(config, database, logger), logger);
  const superuser = config.environment === "development" ? await prepareFirstStart(app.context) : null;

  const { port, address } = await app.listen();
  stopOnSignals(app, logger);
  logger.info({ address, port, environment: config.environment }, "serving");
  if (superuser) {
    console.log(`
First start: four test numbers were whitelisted, and one superuser was created.
  phone     ${superuser.phone}
  password  ${superuser.password}   (shown this once)

Paste this into a second terminal, in this folder, to register a customer:

${walkThrough(`http://localhost:${port}`)}
`);
  }
}

function stopOnSignals(app: App, logger: Logger): void {
  let isStopping = false;
  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, "stopping");
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    await app.close();
    logger.info("stopped");
  }
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

if (existsSync(".env")) process.loadEnvFile(".env");
start().catch((error: unknown) => {
  console.error(describeStartupError(error));
  process.exit(1);
});
