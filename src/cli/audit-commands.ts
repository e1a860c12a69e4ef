import type { Command } from "commander";
import type { ChainProblem } from "../audit/check-chain.js";
import { type VerifiedPart, verifyHistory } from "../audit/verify-history.js";
import { accountIdOf } from "./history-commands.js";
import type { Runner } from "./runner.js";

export function addAuditCommands(program: Command, run: Runner): void {
  program
    .command("audit")
    .description("verify the history of accounts")
    .command("verify")
    .description(
      "print what was changed in, removed from or added to the history, one problem per line: account id, number, " +
        "problem; exit 0 if there is none, 1 if there is any",
    )
    .option("--account <phone>", "only the history of this account")
    .action(({ account }: { account?: string }) =>
      run.withAudit(async (context) => {
        const accountId = account === undefined ? null : await accountIdOf(context, account);
        const counts: Counts = { account_count: 0, act_count: 0, problem_count: 0 };
        let isComplete = false;
        async function* lines() {
          yield* problemLines(
            verifyHistory(context, accountId),
            counts,
            run.isJson ? problemJson : problemLine,
          );
          isComplete = true;
          yield run.isJson ? `${JSON.stringify(counts)}\n` : summary(counts);
        }
        await run.print(lines());
        // The reader of the output may have stopped before the end.
        if (counts.problem_count > 0 || !isComplete) run.isNegative = true;
      }),
    );
}

/** What was verified, and how much was wrong. */
interface Counts {
  account_count: number;
  act_count: number;
  problem_count: number;
}

/** The lines of all problems, while `counts` grows. */
async function* problemLines(
  parts: AsyncIterable<VerifiedPart>,
  counts: Counts,
  lineOf: (problem: ChainProblem) => string,
): AsyncGenerator<string> {
  for await (const { accountCount, actCount, problems } of parts) {
    counts.account_count += accountCount;
    counts.act_count += actCount;
    counts.problem_count += problems.length;
    yield problems.map(lineOf).join("");
  }
}

const DESCRIPTIONS: Readonly<Record<ChainProblem["kind"], string>> = {
  changed: "was changed",
  missing: "is missing",
  inserted: "does not belong to the history",
  values_changed: "has other values than were recorded",
  other_key: "is sealed with another key, and can't be verified",
  head_missing: "is the last one, but the end of the history is gone",
  head_differs: "is the last one, but the end of the history was changed",
};

function problemJson({ accountId, number, lastNumber, kind }: ChainProblem): string {
  return `${JSON.stringify({ account_id: accountId, number, last_number: lastNumber, problem: kind })}\n`;
}

function problemLine({ accountId, number, lastNumber, kind }: ChainProblem): string {
  const numbers = lastNumber > number ? `${number}-${lastNumber}` : String(number);
  return `${[accountId, numbers, DESCRIPTIONS[kind]].join("\t")}\n`;
}

function summary({ account_count, act_count, problem_count }: Counts): string {
  return `acts ${act_count}, accounts ${account_count}, problems ${problem_count}\n`;
}
