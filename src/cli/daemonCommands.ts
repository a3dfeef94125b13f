import type { Command } from "commander";
import type { AlertsOptions } from "../commands/alerts.ts";
import type { HealthOptions } from "../commands/health.ts";
import { positiveNumber, wholeNumber } from "../commands/optionValues.ts";
import type { ScheduleOptions } from "../commands/schedule.ts";

/** What the daemon's jobs do, when, and how it is. Each command loads its own code. */
export function addDaemonCommands(program: Command): void {
  program
    .command("job")
    .summary("run a job of the daemon's once, now (npm run job:verify, job:freshness, job:retention)")
    .description("runs a job of the daemon's once, now (README: Operating)")
    .argument("<name>", "ingest, verify, freshness or retention")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  npm run job:verify
  npm run -s job:retention -- --json

Exit codes: 0 done, 1 failed or stopped, 2 wrong usage or configuration, 3 another such run is at work.`,
    )
    .action(async (name: string, options: { json?: boolean }) =>
      (await import("../commands/job.ts")).jobCommand(name, options),
    );

  const schedule = program
    .command("schedule")
    .summary("when the daemon's jobs are due next, and how each stands (npm run schedule)")
    .description(
      "when the daemon's jobs are due next, which of those times a clock change skips or repeats, what waits, and what came of the last one",
    )
    .option("--limit <n>", "how many due times of each job", positiveNumber, 5)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Of a job that is due at certain hours, a time that a clock change skips is due at the change, and one that the clocks show
twice is due the first time. A job that is due every hour goes by the time that passes.

Examples:
  npm run schedule
  npm run schedule -- pause ingest
  npm run schedule -- resume ingest
  INGEST_CRON='30 2 * * *' TIMEZONE=America/New_York npm run -s schedule -- --limit 400 --json`,
    )
    .action(async (options: ScheduleOptions) =>
      (await import("../commands/schedule.ts")).scheduleCommand(options),
    );
  const ofJob = (verb: string, does: string, command: "pauseCommand" | "resumeCommand"): Command =>
    schedule
      .command(verb)
      .description(does)
      .argument("<job>", "its name")
      .option("--json", "print one JSON object")
      .action(async (job: string, _options: unknown, given: Command) =>
        (await import("../commands/schedule.ts"))[command](job, given.optsWithGlobals()),
      );
  ofJob(
    "pause",
    "from now on, lets pass what comes due of a job, for all daemons; a run at work goes on",
    "pauseCommand",
  );
  ofJob("resume", "ends the pause of a job: it is run when it is due next", "resumeCommand");

  const alerts = program
    .command("alerts")
    .summary("what is wrong now, by what the daemon has found (npm run alerts)")
    .description("what is wrong now, by what the daemon has found (README: Alerts)")
    .option("--all", "what has been wrong before, too")
    .option("--limit <n>", "how many", wholeNumber, 50)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run alerts\n  npm run alerts -- test\n  npm run -s alerts -- --all --json",
    )
    .action(async (options: AlertsOptions) => (await import("../commands/alerts.ts")).alertsCommand(options));
  alerts
    .command("test")
    .description("sends the webhook of ALERT_WEBHOOK_URL a message that says nothing is wrong, to try it")
    .action(async () => (await import("../commands/alerts.ts")).testAlertCommand());

  program
    .command("health")
    .summary("ask the daemon whether it is ready (npm run health)")
    .description(
      "asks the daemon whether it is ready: exit code 0 if so, 1 if not, or if it cannot be asked (README: Health)",
    )
    .option("--json", "print one JSON object: what /readyz answers")
    .option(
      "--url <url>",
      "of the daemon, without /readyz; HTTP_TOKEN is sent there. Without it, by HTTP_HOST and HTTP_PORT",
    )
    .addHelpText(
      "after",
      `
Examples:
  npm run health
  npm run -s health -- --json
  npm run health -- --url http://till.example.com:8473
  node dist/cli.js health                as the health check of a container

Exit codes: 0 it is ready, 1 it is not, or gave no answer within 5 s, 2 wrong usage or configuration.`,
    )
    .action(async (options: HealthOptions) => (await import("../commands/health.ts")).healthCommand(options));
}
