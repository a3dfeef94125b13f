import { runDaemon } from "./daemon.ts";
import { EXIT_CODES } from "./lib/knownErrors.ts";
import { daemonProgram } from "./scheduler/daemonProgram.ts";

await daemonProgram()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage))
  .action(async () => {
    process.exitCode = await runDaemon();
  })
  .parseAsync();
