import { EXIT_CODES } from "../lib/knownErrors.ts";

/**
 * Lets whoever reads our output leave early (`npm run answers | head`): what is left to say is dropped, and the work goes on
 * to its own end. Without this Node would end the process with a stack trace, perhaps in the middle of a load. So it is where there is
 * no room for what is said, but that is told, and the exit code tells it as well.
 */
export function outliveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", ({ code = "" }: NodeJS.ErrnoException) => {
      if (code === "EPIPE") return;
      process.exitCode = EXIT_CODES.failed;
      if (stream === process.stdout)
        process.stderr.write(
          `file_unwritable: stdout cannot be written (${code}): not all of it is there.\n`,
        );
    });
  }
}
