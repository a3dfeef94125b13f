import { join } from "node:path";

/**
 * Where the embedded server keeps things.
 *
 *     STATE_DIR/
 *       postgres/            appears whole, by one rename; belongs to the account PostgreSQL runs as
 *         data/              what initdb made
 *         password           of the role "tillhouse", mode 0600
 *         server.log         one line for each start, stop and crash; never the text or the values of a statement
 *       postgres.new-…/      a cluster being made; swept when its maker is gone
 *       postgres.starting    present while a process makes or starts the server
 */
export interface EmbeddedLayout {
  readonly stateDir: string;
  readonly cluster: string;
  readonly data: string;
  readonly passwordFile: string;
  readonly log: string;
  readonly previousLog: string;
  readonly startLock: string;
  readonly newClusterPrefix: string;
}

/** `stateDir` must be absolute: the server does not share our working directory. */
export function layoutOf(stateDir: string): EmbeddedLayout {
  const cluster = join(stateDir, "postgres");
  return {
    stateDir,
    cluster,
    data: join(cluster, "data"),
    passwordFile: join(cluster, "password"),
    log: join(cluster, "server.log"),
    previousLog: join(cluster, "server.log.1"),
    startLock: join(stateDir, "postgres.starting"),
    newClusterPrefix: join(stateDir, "postgres.new-"),
  };
}
