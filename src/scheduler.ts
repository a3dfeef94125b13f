import { runDaemon } from "./daemon.ts";

process.exitCode = await runDaemon();
