import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { ChildProcess } from "node:child_process";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "pg";
import { layoutOf } from "../../src/database/embedded/layout.ts";
import type { EmbeddedServer } from "../../src/database/embedded/openEmbeddedServer.ts";
import { openEmbeddedServer } from "../../src/database/embedded/openEmbeddedServer.ts";
import { findPostmaster } from "../../src/database/embedded/postmaster.ts";
import { stopEmbeddedServer } from "../../src/database/embedded/stopEmbeddedServer.ts";
import { pollUntil } from "../../src/database/embedded/waiting.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { ErrorCode } from "../../src/lib/knownErrors.ts";
import { TillhouseError } from "../../src/lib/errors.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { testRun } from "../fixtures/testRun.ts";
import { trials } from "../fixtures/trials.ts";

jest.setTimeout(120_000);

/** Where there are many at once. */
const PROCESSES = trials({ quick: 4, all: 8 });
/** How often what hangs on chance is tried. */
const ROUNDS = trials({ quick: 2, all: 10 });
const WAVES = trials({ quick: 1, all: 3 });

/** A state directory whose server was used and stopped; a copy of it is one as well, and quicker than a fresh one. */
let usedStateDir: string;
let parent: string;
let stateDir: string;
let children: ChildProcess[];

beforeAll(async () => {
  usedStateDir = await mkdtemp(join(testRun().folder, "embedded-"));
  await (
    await openEmbeddedServer({ stateDir: usedStateDir, logger: silentLogger, clock: systemClock })
  ).close();
});

afterAll(async () => {
  await rm(usedStateDir, { recursive: true, force: true });
});

beforeEach(async () => {
  parent = await mkdtemp(join(testRun().folder, "embedded-"));
  stateDir = join(parent, "state");
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.map(ended));
  await stopEmbeddedServer({ stateDir, logger: silentLogger }).catch(() => undefined);
  await rm(parent, { recursive: true, force: true });
});

describe("a server on a fresh state directory", () => {
  test("has an empty database that does not depend on the machine's language, and keeps what is committed", async () => {
    const server = await open();
    const settings = await rowsOf(
      server.url,
      `select current_database() as database, pg_encoding_to_char(encoding) as encoding, datcollate as collation,
              current_setting('TimeZone') as timezone, current_setting('fsync') as fsync,
              current_setting('synchronous_commit') as synchronous_commit,
              current_setting('full_page_writes') as full_page_writes
         from pg_database where datname = current_database()`,
    );
    expect(settings).toEqual([
      {
        database: "tillhouse",
        encoding: "UTF8",
        collation: "C",
        timezone: "UTC",
        fsync: "on",
        synchronous_commit: "on",
        full_page_writes: "on",
      },
    ]);
    expect(await rowsOf(server.url, "select from pg_tables where schemaname = 'public'")).toHaveLength(0);
    await server.close();
  });

  test("can be used as a template, so nothing of ours stays connected to its database", async () => {
    await useCopy();
    const server = await open();
    await rowsOf(server.url.replace(/tillhouse$/, "postgres"), "create database copy template tillhouse");
    await server.close();
  });

  test("answers on 127.0.0.1 only, to the password only, and has no socket in a shared place", async () => {
    await useCopy();
    const server = await open();
    const port = Number(new URL(server.url).port);
    const elsewhere = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ address, scopeid }) => address !== "127.0.0.1" && (scopeid ?? 0) === 0);
    for (const { address } of elsewhere) expect(await connects(address, port)).toBe(false);
    expect(await connects("127.0.0.1", port)).toBe(true);
    const wrong = new URL(server.url);
    wrong.password = "wrong";
    await expect(rowsOf(wrong.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
    expect(await rowsOf(server.url, "show unix_socket_directories")).toEqual([
      { unix_socket_directories: "" },
    ]);
    await server.close();
  });

  test("lets nobody else read its directory, its password or its log", async () => {
    const server = await open();
    const { cluster, data, passwordFile, log } = layoutOf(stateDir);
    for (const directory of [stateDir, cluster, data]) expect(await modeOf(directory)).toBe("700");
    for (const file of [passwordFile, log]) expect(await modeOf(file)).toBe("600");
    await server.close();
  });

  test("writes no value of any statement to its log", async () => {
    await useCopy();
    const server = await open();
    const value = "4508231111111111";
    await rowsOf(server.url, "create table t (n smallint primary key, word text check (length(word) < 5))");
    const failing = [
      `select '${value}x'::bigint`,
      `insert into t values (${value}, 'a')`,
      `insert into t values (1, '${value}')`,
      `do $$ begin raise warning '${value}'; end $$`,
      `selekt ${value}`,
    ];
    for (const statement of failing) await rowsOf(server.url, statement).catch(() => undefined);
    await expect(rowsOf(server.url, "select $1::int", [value])).rejects.toThrow(value);
    await server.close();
    const log = await readFile(layoutOf(stateDir).log, "utf8");
    expect(log).toContain("database system is shut down");
    expect(log).not.toContain(value);
    expect(log).not.toContain("selekt");
  });
});

describe("a server that is shared", () => {
  test("is one for all that open it, and stops with the last of them", async () => {
    await useCopy();
    const first = await open();
    const second = await open();
    expect(second.url).toBe(first.url);
    await first.close();
    await first.close();
    expect(await rowsOf(second.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await second.close();
    expect(await findPostmaster(layoutOf(stateDir))).toBeUndefined();
  });

  test("is one for many processes that begin at once on a fresh state", async () => {
    const clients = Array.from({ length: PROCESSES }, () => startClient());
    const urls = await Promise.all(clients.map(({ opened }) => opened));
    expect(new Set(urls).size).toBe(1);
    for (const { child } of clients) child.stdin?.end();
    expect(await Promise.all(clients.map(({ child }) => ended(child)))).toEqual(clients.map(() => 0));
    expect(await findPostmaster(layoutOf(stateDir))).toBeUndefined();
    expect(await readdir(stateDir)).toEqual(["postgres"]);
  });

  test("serves whoever opens it while another is stopping it", async () => {
    await useCopy();
    for (let round = 0; round < ROUNDS; round += 1) {
      const leaving = await open();
      const [coming] = await Promise.all([open(), leaving.close()]);
      expect(await rowsOf(coming.url, "select 1 as one")).toEqual([{ one: 1 }]);
      await Promise.all([coming.close(), open().then((next) => next.close())]);
    }
    expect(await findPostmaster(layoutOf(stateDir))).toBeUndefined();
  });

  test("outlives users that are killed at random; no survivor loses it and the last clean close stops it", async () => {
    for (let wave = 0; wave < WAVES; wave += 1) {
      const clients = Array.from({ length: PROCESSES }, () => startClient());
      const fates = clients.map(async ({ child, opened }) => {
        if (Math.random() < 0.5) {
          // Any moment from before it opens to after.
          const moment = Math.random() * 3000;
          const timer = setTimeout(() => child.kill("SIGKILL"), moment);
          await opened.catch(() => undefined);
          await ended(child);
          clearTimeout(timer);
          return "killed";
        }
        await opened;
        child.stdin?.end();
        return (await ended(child)) === 0 ? "closed" : "failed";
      });
      expect(await Promise.all(fates)).not.toContain("failed");
    }
    const last = await open();
    expect(await rowsOf(last.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await last.close();
    expect(await findPostmaster(layoutOf(stateDir))).toBeUndefined();
  });

  test("outlives the Ctrl-C and the SIGKILL of the process that started it", async () => {
    await useCopy();
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const starter = startClient();
      const url = await starter.opened;
      const other = await open();
      // To the whole process group, as a terminal does.
      process.kill(-(starter.child.pid ?? 0), signal);
      await ended(starter.child);
      expect(other.url).toBe(url);
      expect(await rowsOf(other.url, "select 1 as one")).toEqual([{ one: 1 }]);
      await other.close();
      expect(await findPostmaster(layoutOf(stateDir))).toBeUndefined();
    }
  });

  test("does not keep a process from ending that forgot to close it, and is found again", async () => {
    await useCopy();
    const forgetful = startClient("leave");
    const url = await forgetful.opened;
    expect(await ended(forgetful.child)).toBe(0);
    const next = await open();
    expect(next.url).toBe(url);
    await next.close();
    expect(await findPostmaster(layoutOf(stateDir))).toBeUndefined();
  });
});

describe("after a crash", () => {
  test("a server whose main process was killed comes back with what was committed, at the same address", async () => {
    await useCopy();
    const before = await open();
    await rowsOf(before.url, "create table kept as select 42 as n");
    await killServer();
    const after = await open();
    expect(after.url).toBe(before.url);
    expect(await rowsOf(after.url, "select n from kept")).toEqual([{ n: 42 }]);
    await before.close();
    expect(await rowsOf(after.url, "select n from kept")).toEqual([{ n: 42 }]);
    await after.close();
    expect(await findPostmaster(layoutOf(stateDir))).toBeUndefined();
  });

  test("many processes at once bring back a server that was killed", async () => {
    await useCopy();
    await open();
    await killServer();
    const clients = Array.from({ length: PROCESSES }, () => startClient());
    expect(new Set(await Promise.all(clients.map(({ opened }) => opened))).size).toBe(1);
    for (const { child } of clients) child.stdin?.end();
    expect(await Promise.all(clients.map(({ child }) => ended(child)))).toEqual(clients.map(() => 0));
  });

  test("a number in the left-over pid file that now is a stranger's is no obstacle", async () => {
    await useCopy();
    const file = join(layoutOf(stateDir).data, "postmaster.pid");
    await writeFile(file, `${process.ppid}\n${layoutOf(stateDir).data}\n1\n1\n\n127.0.0.1\n0 0\nready   \n`);
    const server = await open();
    expect(await rowsOf(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await server.close();
  });

  test("users keep their place when one of the server's processes dies and it restarts itself", async () => {
    await useCopy();
    const staying = await open();
    const pids = await rowsOf(
      staying.url,
      "select pid from pg_stat_activity where application_name like 'tillhouse%'",
    );
    process.kill(Number(pids[0]?.["pid"]), "SIGKILL");
    const held = await pollUntil(
      async () => {
        const holders = "select from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and granted";
        const rows = await rowsOf(staying.url, holders).catch(() => []);
        return rows.length === 1 ? true : undefined;
      },
      { withinMs: 30_000 },
    );
    expect(held).toBe(true);
    await (await open()).close();
    expect(await rowsOf(staying.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await staying.close();
    expect(await findPostmaster(layoutOf(stateDir))).toBeUndefined();
  });

  test("a half-made cluster of a killed process is swept away", async () => {
    const gone = spawn(process.execPath, ["-e", ""]);
    await ended(gone);
    await mkdir(join(stateDir, `postgres.new-${gone.pid ?? 0}-aa`, "data"), { recursive: true });
    await writeFile(join(stateDir, "postgres.starting"), `${gone.pid ?? 0} aa\n`);
    const server = await open();
    expect(await readdir(stateDir)).toEqual(["postgres"]);
    await server.close();
  });
});

describe("npm run db:stop", () => {
  test("stops a server under its users, once", async () => {
    await useCopy();
    const server = await open();
    expect(await stopEmbeddedServer({ stateDir, logger: silentLogger })).toBe("stopped");
    expect(await findPostmaster(layoutOf(stateDir))).toBeUndefined();
    expect(await stopEmbeddedServer({ stateDir, logger: silentLogger })).toBe("not_running");
    await server.close();
  });

  test("leaves its address to nobody: a copy that is opened meanwhile has another, since it has the same password", async () => {
    await useCopy();
    const original = await open();
    await stopEmbeddedServer({ stateDir, logger: silentLogger });
    const copyDir = join(parent, "copy");
    await promisify(execFile)("cp", ["-R", "-p", stateDir, copyDir]);
    const copy = await openEmbeddedServer({ stateDir: copyDir, logger: silentLogger, clock: systemClock });
    try {
      await expect(rowsOf(original.url, "select")).rejects.toMatchObject({ code: "ECONNREFUSED" });
      expect(await rowsOf(copy.url, "select 1 as n")).toEqual([{ n: 1 }]);
    } finally {
      await copy.close();
      await original.close();
    }
  });

  test("has nothing to do where there never was one", async () => {
    expect(await stopEmbeddedServer({ stateDir, logger: silentLogger })).toBe("not_running");
  });
});

describe("a state directory that cannot be used", () => {
  test("is named when it is a file", async () => {
    await writeFile(stateDir, "");
    await expectRefusal("state_dir_unusable", stateDir);
  });

  test("is named when its cluster is of another PostgreSQL", async () => {
    await useCopy();
    const { cluster, data } = layoutOf(stateDir);
    await writeFile(join(data, "PG_VERSION"), "17\n");
    await expectRefusal("state_dir_unusable", `${cluster} was made by PostgreSQL 17`);
  });

  test("is named when its password is lost", async () => {
    await useCopy();
    const { passwordFile } = layoutOf(stateDir);
    await rm(passwordFile);
    await expectRefusal("state_dir_unusable", passwordFile);
  });

  test("is named when it is another user's", async () => {
    if (process.geteuid?.() !== 0) return;
    await useCopy();
    for (const directory of [parent, stateDir]) await chmod(directory, 0o777);
    const { child, opened } = startClient("leave", { uid: 65534, gid: 65534 });
    await expect(opened).rejects.toThrow("belongs to user number 0");
    expect(await ended(child)).toBe(1);
  });

  test("ends a start that PostgreSQL refuses with what it said", async () => {
    await useCopy();
    const { data } = layoutOf(stateDir);
    await rm(join(data, "global", "pg_control"));
    await expectRefusal("embedded_server_unavailable", "pg_control");
  });
});

/** Puts a cluster into the state directory, so that `open` only has to start it. Node's own copy takes 70 times as long. */
async function useCopy(): Promise<void> {
  await promisify(execFile)("cp", ["-R", "-p", usedStateDir, stateDir]);
}

async function open(): Promise<EmbeddedServer> {
  return openEmbeddedServer({ stateDir, logger: silentLogger, clock: systemClock });
}

async function expectRefusal(code: ErrorCode, words: string): Promise<void> {
  const error = await open().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TillhouseError);
  expect(error).toMatchObject({ code });
  expect((error as TillhouseError).message).toContain(words);
}

async function rowsOf(url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

async function killServer(): Promise<void> {
  const { pid } = (await findPostmaster(layoutOf(stateDir))) ?? { pid: 0 };
  process.kill(pid, "SIGKILL");
  await pollUntil(async () => ((await findPostmaster(layoutOf(stateDir))) === undefined ? true : undefined), {
    withinMs: 10_000,
  });
}

/** A user of the server in a process, and process group, of its own. */
function startClient(
  mode = "use",
  account: { uid?: number; gid?: number } = {},
): { child: ChildProcess; opened: Promise<string> } {
  const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
  const child = spawn(
    process.execPath,
    ["--import", fixture("typescriptLoader.mjs"), fixture("embeddedServerClient.ts"), stateDir, mode],
    { stdio: ["pipe", "pipe", "pipe"], detached: true, ...account },
  );
  children.push(child);
  let said = "";
  const opened = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
      const url = /^open (.*)\n/m.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
    child.once("close", () => {
      reject(new Error(`A client of the server ended: ${said}`));
    });
  });
  opened.catch(() => undefined);
  return { child, opened };
}

/** The exit code, or null when a signal ended it. */
async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

async function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 2000 });
    const settle = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", settle(true)).once("error", settle(false)).once("timeout", settle(false));
  });
}
