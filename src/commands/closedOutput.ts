/**
 * Lets whoever reads our output leave early (`npm run answers | head`): what is left to say is dropped, and the work goes on
 * to its own end. Without this Node would end the process with a stack trace, perhaps in the middle of a load.
 */
export function outliveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
