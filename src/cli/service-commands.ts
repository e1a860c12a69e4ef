import { type Command, InvalidArgumentError, Option } from "commander";
import { DirectoryService } from "#gen/waterbill/identity/v1/directory_service_pb.js";
import { scopesOf } from "../method-access.js";
import { createService } from "../services/create-service.js";
import { SERVICE_NAME } from "../sessions/token-claims.js";
import { UsageError } from "../startup-error.js";
import { jwksOption, readJwks } from "./jwks-option.js";
import type { Runner } from "./runner.js";
import { secretLines, serviceJson, serviceLine, unknownService } from "./service-output.js";
import { addServiceRotateCommand } from "./service-rotate-command.js";

const SCOPES = scopesOf(DirectoryService.methods);

/** Adds the commands on internal services. Changes hold from the next call of a service on, on every server. */
export function addServiceCommands(program: Command, run: Runner): void {
  const service = program.command("service").description("manage the internal services that may call");

  service
    .command("create <name>")
    .description("create a service and print its client id and its secret, which is shown only here")
    .addOption(scopeOption())
    .addOption(jwksOption("its public keys instead of a secret, for private_key_jwt: a JWK Set in a file"))
    .action(async (name: string, { scope: scopes, jwks }: { scope: string[]; jwks?: string }) => {
      if (!SERVICE_NAME.test(name)) {
        throw new UsageError(
          "A name has 2 to 63 small letters, digits and hyphens, and begins with a letter.",
        );
      }
      const publicKeys = jwks === undefined ? null : await readJwks(jwks);
      await run.withAudit(async (context) => {
        const created = await createService(context, { name, scopes, publicKeys });
        if (created === "taken")
          throw new UsageError(`There is a service ${name} already: see \`service list\`.`);
        await run.print(secretLines(run, name, created.secret));
      });
    });

  service
    .command("list")
    .description(
      "print the services: name, state, scopes, how it authenticates, key ids or when its secrets were made and last used",
    )
    .action(() =>
      run.withContext(async ({ services }) => {
        const listed = await services.list(null);
        await run.print(listed.map(run.isJson ? serviceJson : serviceLine));
      }),
    );

  addServiceRotateCommand(service, run);

  service
    .command("set-scopes <name>")
    .description("change what a service may do")
    .addOption(scopeOption())
    .action((name: string, { scope: scopes }: { scope: string[] }) =>
      run.withContext(async ({ services }) => {
        const changed = await services.change(null, name, { scopes });
        if (!changed) throw unknownService(name);
        const line = `${name} may ${scopes.join(" ")}\n`;
        await run.print([run.isJson ? `${JSON.stringify({ client_id: name, scopes })}\n` : line]);
      }),
    );

  service
    .command("disable <name>")
    .description("refuse a service and all its tokens")
    .action((name: string) => setDisabled(run, name, true));

  service
    .command("enable <name>")
    .description("let a disabled service authenticate again; it needs new tokens")
    .action((name: string) => setDisabled(run, name, false));
}

function setDisabled(run: Runner, name: string, isDisabled: boolean): Promise<void> {
  return run.withContext(async ({ services }) => {
    const before = await services.find(null, name);
    if (!before) throw unknownService(name);
    const isAlready = (before.disabledAt !== null) === isDisabled;
    if (!isAlready) await services.change(null, name, { isDisabled, refusesTokens: isDisabled });
    const state = isDisabled ? "disabled" : "enabled";
    const line = `${name} ${isAlready ? "is already " : ""}${state}\n`;
    await run.print([run.isJson ? `${JSON.stringify({ client_id: name, state })}\n` : line]);
  });
}

/** `--scope`, once for each. */
function scopeOption(): Option {
  return new Option("--scope <scope>", `what it may do, once for each scope: ${SCOPES.join(", ")}`)
    .argParser((scope: string, former: readonly string[] = []) => {
      if (!SCOPES.includes(scope)) throw new InvalidArgumentError(`Scopes: ${SCOPES.join(", ")}.`);
      return [...new Set([...former, scope])];
    })
    .makeOptionMandatory();
}
