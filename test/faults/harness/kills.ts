import { start, type Ended, type Environment } from "../../processes/programs.ts";
import type { Boundary } from "./boundaries.ts";
import { withDatabaseProxy, type DatabaseProxy } from "./databaseProxy.ts";
import type { FaultTally, Verdict } from "./faultTally.ts";
import { disagreements } from "./oracle.ts";
import { LOCKED } from "./recovery.ts";

/** Kills a command at the n-th time that it comes by the boundary, and gives how it ended: not so when it never came. */
export async function killAt(
  { at, when, name }: Boundary,
  occurrence: number,
  proxy: DatabaseProxy,
  command: readonly string[],
  environment: Environment,
): Promise<Ended> {
  const program = start("cli", command, environment);
  const ambush = proxy.ambush({
    at,
    when,
    occurrence,
    act: async (connection) => {
      program.child.kill("SIGKILL");
      await program.ended;
      connection.cut();
    },
  });
  const ended = await program.ended;
  if (ended.exitCode !== LOCKED && !ambush.wasReached)
    throw new Error(
      `${command.join(" ")} has come by "${name}" less than ${occurrence} times:\n${ended.stderr}`,
    );
  return ended;
}

/**
 * Kills a command again and again, at each boundary in turn. After every kill all that is committed must agree; after the last
 * one the work is completed and compared. Each kill is a trial.
 *
 * @param into the command's settings, for a database
 * @param complete does what is left of the work, and judges it
 */
export async function killAtEach(
  boundaries: readonly Boundary[],
  url: string,
  command: readonly string[],
  into: (url: string) => Environment,
  tally: FaultTally,
  complete: () => Promise<Verdict>,
): Promise<void> {
  for (const [index, boundary] of boundaries.entries()) {
    const kill = (): Promise<Ended> =>
      withDatabaseProxy(url, (proxy) => killAt(boundary, 1, proxy, command, into(proxy.url)));
    let ended = await kill();
    // The server has not heard yet that the one before is dead.
    while (ended.exitCode === LOCKED) ended = await kill();
    if (ended.signal !== "SIGKILL")
      throw new Error(`it was not killed at "${boundary.name}":\n${ended.stderr}`);
    const stuck = (await disagreements(url)).map((line) => `after "${boundary.name}": ${line}`);
    if (index < boundaries.length - 1 || stuck.length > 0)
      tally.add({ lost: 0, doubled: 0, stuck, recoverySeconds: null });
  }
  tally.add(await complete());
}
