import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, jest, test } from "@jest/globals";
import { withTestDatabase } from "../fixtures/testDatabase.ts";
import { start, type Program } from "../processes/programs.ts";
import { BOUNDARIES, boundaryNamed, type Boundary } from "./harness/boundaries.ts";
import { withDatabaseProxy, type DatabaseProxy, type ProxiedConnection } from "./harness/databaseProxy.ts";
import { faultTally, type Verdict } from "./harness/faultTally.ts";
import { ownServer } from "./harness/ownServer.ts";
import { judgeSurvivor } from "./harness/recovery.ts";
import { NO_SERVER_PROCESSES, signalAll } from "../processes/serverProcesses.ts";
import { FEW_ROWS, sharedFiles } from "./harness/sharedFiles.ts";
import { numbered, trials } from "../fixtures/trials.ts";

jest.setTimeout(300_000);

const files = sharedFiles(FEW_ROWS);

const isAll = trials({ quick: 0, all: 1 }) === 1;
/** Where there is something to lose: in the middle of a chunk, and where the server has done what the program does not know of. */
const TELLING: readonly string[] = ["facts by COPY, after", "run end, after"];
/** A run has begun once it is noted. */
const NOTED = BOUNDARIES.findIndex(({ name }) => name === "run start, after");
const OF_RUNS = BOUNDARIES.slice(NOTED).filter(({ name }) => isAll || TELLING.includes(name));

/** How long a database is away that is only paused. */
const PAUSE_MS = trials({ quick: 3_000, all: 30_000 });

/**
 * Loads the files through a proxy that does something to connections when the load comes by a boundary, and waits for the
 * run to get over it.
 */
function harmedLoad(
  { at, when }: Boundary,
  occurrence: number,
  harm: (connection: ProxiedConnection, proxy: DatabaseProxy) => void,
): Promise<Verdict> {
  return withTestDatabase((url) =>
    withDatabaseProxy(url, async (proxy) => {
      let harmed = 0;
      const ambush = proxy.ambush({
        at,
        when,
        occurrence,
        act: (connection) => {
          harmed = performance.now();
          harm(connection, proxy);
        },
      });
      const loader = load(proxy.url);
      await loader.ended;
      const verdict = await judgeSurvivor(loader, harmed, url, files());
      expect(ambush.wasReached).toBe(true);
      return verdict;
    }),
  );
}

const load = (url: string): Program => start("cli", ["ingest", "--json"], files().into(url));

describe("a connection that is reset", () => {
  const tally = faultTally("connection reset at a boundary");
  tally.note(`${OF_RUNS.length} boundaries`);

  test.each(OF_RUNS.map((boundary): [string, Boundary] => [boundary.name, boundary]))(
    "at the boundary: %s: the run goes on by itself",
    async (_name, boundary) => {
      const reset = await harmedLoad(boundary, Math.ceil(boundary.times / 2), (connection) => {
        connection.reset();
      });
      tally.add(reset);
    },
  );
});

const LOST_COMMITS: readonly [string, number][] = isAll
  ? ["after COMMIT", "file completed"].flatMap((name) =>
      numbered(boundaryNamed(name).times).map((occurrence): [string, number] => [name, occurrence]),
    )
  : [["after COMMIT", 1]];

describe("a COMMIT whose answer is lost, with all connections", () => {
  const tally = faultTally("COMMIT done and its answer lost");

  test.each(LOST_COMMITS)("%s (%d): is found out, and not done twice", async (name, occurrence) => {
    const lost = await harmedLoad(boundaryNamed(name), occurrence, (_connection, proxy) => {
      for (const session of ["tillhouse loader", "tillhouse lock", "tillhouse"])
        for (const connection of proxy.connectionsOf(session)) connection.reset();
    });
    tally.add(lost);
  });
});

const HALF_OPEN: readonly [string, string][] = [
  // The session that is cut off holds the run's own row, by the sign of life that every chunk writes.
  ["tillhouse loader", "before COMMIT"],
  ["tillhouse loader", "facts by COPY, after"],
  ["tillhouse lock", "facts by COPY, after"],
  ["tillhouse", "file completed"],
  ["tillhouse loader", "after COMMIT"],
];

describe("a connection that goes half open: nothing comes through any more, and nobody says so,", () => {
  const tally = faultTally("connection half open");

  test.each(HALF_OPEN.slice(0, trials({ quick: 1, all: HALF_OPEN.length })))(
    'of the session "%s", at the boundary: %s: is noticed, and the run goes on by itself',
    async (session, name) => {
      const broken = await harmedLoad(boundaryNamed(name), 1, (_connection, proxy) => {
        const connections = proxy.connectionsOf(session);
        expect(connections).not.toHaveLength(0);
        for (const connection of connections) connection.goHalfOpen();
      });
      tally.add(broken);
    },
  );
});

describe(`a database that is paused for ${PAUSE_MS / 1000} s`, () => {
  const server = NO_SERVER_PROCESSES === undefined ? ownServer() : undefined;
  const tally = faultTally(`database paused for ${PAUSE_MS / 1000} s`);

  test.each(
    ["before COMMIT", "step start", "facts by COPY, after", "run end, before"].slice(
      0,
      trials({ quick: 1, all: 4 }),
    ),
  )("on the way to it, at the boundary: %s: is waited for", async (name) => {
    await withTestDatabase((url) =>
      withDatabaseProxy(url, async (proxy) => {
        let well = 0;
        const ambush = proxy.ambush({
          ...boundaryNamed(name),
          act: () => {
            const letGo = proxy.hold();
            void pause(PAUSE_MS).then(() => {
              well = performance.now();
              letGo();
            });
          },
        });
        const loader = load(proxy.url);
        await loader.ended;
        tally.add(await judgeSurvivor(loader, well, url, files()));
        expect(ambush.wasReached).toBe(true);
      }),
    );
  });

  (server === undefined ? test.skip : test).each(
    ["before COMMIT", "facts by COPY, before"].slice(0, trials({ quick: 1, all: 2 })),
  )("with all its processes (SIGSTOP), at the boundary: %s: is waited for", async (name) => {
    await server?.withDatabase((url) =>
      withDatabaseProxy(url, async (proxy) => {
        let well = 0;
        const ambush = proxy.ambush({
          ...boundaryNamed(name),
          act: () => {
            const processes = server.processes();
            signalAll(processes, "SIGSTOP");
            void pause(PAUSE_MS).then(() => {
              well = performance.now();
              signalAll(processes, "SIGCONT");
            });
          },
        });
        const loader = load(proxy.url);
        await loader.ended;
        tally.add(await judgeSurvivor(loader, well, url, files()));
        expect(ambush.wasReached).toBe(true);
      }),
    );
  });
});
