import { Command } from "commander";
import { runDaemon } from "./daemon.ts";
import { EXIT_CODES } from "./lib/errors.ts";

await new Command("node dist/scheduler.js")
  .description(
    "The daemon: runs the pipeline on INGEST_CRON until SIGINT or SIGTERM (npm start). Settings come from the environment.",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage))
  .action(async () => {
    process.exitCode = await runDaemon();
  })
  .parseAsync();
