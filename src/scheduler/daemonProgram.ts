import { Command } from "commander";

/** The command line of the daemon, but for what it does. */
export function daemonProgram(): Command {
  return new Command("node dist/scheduler.js").description(
    "the daemon: runs the pipeline on INGEST_CRON and looks after it (README: Operating), and says over HTTP how it is (README: Health), until SIGINT or SIGTERM. Settings come from the environment",
  );
}
