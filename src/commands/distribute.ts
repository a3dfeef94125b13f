import { distribute, planDistribution, type DistributeReport } from "../../jobs/distribute.ts";
import { commandContext, withDatabase, type CommandContext } from "./commandContext.ts";
import { reportRoles } from "./database.ts";
import { print, printJson } from "./output.ts";
import { runByHand } from "./runByHand.ts";

export interface DistributeCommandOptions {
  readonly shards?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `db:distribute`: spreads the facts over the nodes of a Citus cluster. */
export async function distributeCommand(options: DistributeCommandOptions): Promise<void> {
  const context = commandContext();
  if (options.dryRun === true) {
    await withDatabase(context, "own", async (database) => {
      show(await planDistribution({ database }, options.shards), options, context);
    });
    return;
  }
  const onStop = "stopping; what is done stays, and another run does the rest";
  await runByHand(context, "own", onStop, async (job) => {
    show(await distribute(job, options.shards), options, context);
  });
}

function show(
  report: DistributeReport,
  { dryRun = false, json }: DistributeCommandOptions,
  context: CommandContext,
): void {
  if (json === true) printJson(asJson(report, dryRun));
  else printReport(report, dryRun, context);
}

function asJson({ runId, cluster, tables, steps, roles }: DistributeReport, isRehearsal: boolean): object {
  return {
    run_id: runId,
    status: isRehearsal ? "planned" : "succeeded",
    citus: cluster.version,
    nodes: cluster.nodes.map(({ host, port, isCoordinator, holdsFacts }) => ({
      ...{ host, port, is_coordinator: isCoordinator, holds_facts: holdsFacts },
    })),
    tables: tables.map(({ table, becomes, by, why, isDone }) => ({
      ...{ table, becomes, by: by ?? null, why, is_done: isDone },
    })),
    steps: steps.map(({ table, step, durationMs }) => ({ table, step, duration_ms: Math.round(durationMs) })),
    ...(roles !== null && { roles_usable: roles.usable, for_administrator: roles.forAdministrator }),
  };
}

function printReport(
  { cluster, tables, steps, roles }: DistributeReport,
  isRehearsal: boolean,
  { logger }: CommandContext,
): void {
  print(
    `Citus ${cluster.version}: ` +
      cluster.nodes
        .map(({ host, port, isCoordinator, holdsFacts }) => {
          const part = isCoordinator ? " (coordinator)" : holdsFacts ? "" : " (takes no facts)";
          return `${host}:${port}${part}`;
        })
        .join(", "),
  );
  const verb = isRehearsal ? "is to be distributed" : "is distributed";
  for (const { table, by, why } of tables) if (by !== undefined) print(`${table} ${verb} by ${by}: ${why}.`);
  const local = tables.filter(({ becomes }) => becomes === "local");
  for (const reason of new Set(local.map(({ why }) => why))) {
    const names = local.filter(({ why }) => why === reason).map(({ table }) => table);
    print(`On the coordinator stay ${names.join(", ")}: ${reason}.`);
  }
  for (const { table, step, durationMs } of steps)
    print(`${table}: ${step} (${(durationMs / 1000).toFixed(1)} s)`);
  if (roles !== null) reportRoles(logger, roles);
  const isDone = tables.every((table) => table.isDone);
  if (isRehearsal)
    print(isDone ? "All of it is so already." : "Nothing is changed. Do it: npm run db:distribute");
  else print(steps.length === 0 ? "The warehouse was distributed already." : "The warehouse is distributed.");
}
