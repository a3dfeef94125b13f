import { readFileSync, readdirSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { trials } from "../fixtures/trials.ts";
import { run, start, type Ended, type Environment } from "./programs.ts";
import { addSampleFiles, freshWorkplace, holdServer, query } from "./workplace.ts";

jest.setTimeout(180_000);

// Of letters that stay as they are in a URL, and one that does not: a secret shows itself in either form.
const PASSWORD = "hidden+Marked/Word";
const KEY = "5ec2e7".repeat(12);
const SECRETS = [PASSWORD, encodeURIComponent(PASSWORD), "hidden", KEY, KEY.slice(0, 24)];

const secretsIn = (text: string): string[] => SECRETS.filter((secret) => text.includes(secret));

/** What a command said that it must not. */
async function leaksOf(args: readonly string[], environment: Environment): Promise<unknown> {
  const { stdout, stderr } = await run(args, { ...environment, LOG_LEVEL: "debug" });
  return secretsIn(stdout + stderr);
}

const COMMANDS: readonly (readonly string[])[] = [
  ["ingest", "--json"],
  ...trials({ quick: [], all: [["answers"], ["rejects"], ["verify"], ["migrate"]] }),
  ["runs", "--json"],
  ["prisma", "migrate", "status"],
  ["stop"],
];

const url = (host: string, rest = ""): string =>
  `postgresql://shop:${encodeURIComponent(PASSWORD)}@${host}/shop${rest}`;

/** Settings that stop a program, each with a secret in it. */
const BROKEN: Readonly<Record<string, Environment>> = {
  "no server there": { DATABASE_URL: url("127.0.0.1:1"), CARD_TOKEN_KEY: KEY },
  "no such host": { DATABASE_URL: url("no-such-host.invalid:5432"), CARD_TOKEN_KEY: KEY },
  "no database named": { DATABASE_URL: url("127.0.0.1:1").replace("/shop", "/"), CARD_TOKEN_KEY: KEY },
  "another scheme": { DATABASE_URL: url("127.0.0.1:1").replace("postgresql", "mysql"), CARD_TOKEN_KEY: KEY },
  "no URL at all": { DATABASE_URL: `host=127.0.0.1 password=${PASSWORD}`, CARD_TOKEN_KEY: KEY },
  "a bad port": { DATABASE_URL: url("127.0.0.1:99999"), CARD_TOKEN_KEY: KEY },
  "a password unescaped": {
    DATABASE_URL: `postgresql://shop:${PASSWORD}#%@127.0.0.1:1/shop`,
    CARD_TOKEN_KEY: KEY,
  },
  "a password as a parameter": {
    DATABASE_URL: `postgresql://127.0.0.1:1/shop?user=shop&password=${PASSWORD}`,
    CARD_TOKEN_KEY: KEY,
  },
  "TLS files that are not there": {
    DATABASE_URL: url("127.0.0.1:1", "?sslmode=verify-full&sslrootcert=/no/such.pem"),
    CARD_TOKEN_KEY: KEY,
  },
  "a key cut short": { DATABASE_URL: url("127.0.0.1:1"), CARD_TOKEN_KEY: KEY.slice(0, 24) },
  "a passphrase for a key": { DATABASE_URL: url("127.0.0.1:1"), CARD_TOKEN_KEY: `${PASSWORD} ${KEY}!` },
  "no key": { DATABASE_URL: url("127.0.0.1:1") },
  "another setting wrong": { DATABASE_URL: url("127.0.0.1:1"), CARD_TOKEN_KEY: KEY, SETTLE_MS: "soon" },
};

/** Settings are read by unit tests as well: a process for each only in the long run. */
const SAID = trials({
  quick: [
    "no server there",
    "a bad port",
    "a password unescaped",
    "a password as a parameter",
    "a passphrase for a key",
  ],
  all: Object.keys(BROKEN),
});
const SAID_BY_ALL = trials({ quick: ["a password as a parameter"], all: SAID });

/** How an address has its password. */
const PASSWORDS: [string, (host: string) => string][] = [
  [
    "in both places, of which the parameter counts",
    (host) => `postgresql://shop:other@${host}/shop?password=${encodeURIComponent(PASSWORD)}`,
  ],
  ["before the host", url],
  [
    "as a parameter",
    (host) => `postgresql://${host}/shop?user=shop&password=${encodeURIComponent(PASSWORD)}`,
  ],
];

describe("no secret is said", () => {
  test.each(SAID)("when the configuration is broken: %s", async (what) => {
    const { environment } = await freshWorkplace();
    expect(await leaksOf(["ingest", "--json"], { ...environment, ...BROKEN[what] })).toEqual([]);
  });

  test.each(SAID_BY_ALL)("by any program, when the configuration is broken: %s", async (what) => {
    const { environment } = await freshWorkplace();
    const broken = BROKEN[what];
    expect(await leaksOf(["prisma", "migrate", "status"], { ...environment, ...broken })).toEqual([]);
    const daemon = await start("scheduler", [], { ...environment, ...broken, LOG_LEVEL: "debug" }).ended;
    expect(daemon.exitCode).toBeGreaterThan(0);
    expect(secretsIn(daemon.stdout + daemon.stderr)).toEqual([]);
  });

  test.each(PASSWORDS.slice(0, trials({ quick: 1, all: PASSWORDS.length })))(
    "to who lists processes during a migration, the password being %s",
    async (_where, urlOf) => {
      const { environment } = await freshWorkplace();
      const server = await serverOfShop();
      const listed: string[] = [];
      const settings = { ...environment, DATABASE_URL: urlOf(server.host), CARD_TOKEN_KEY: KEY };

      const migrated = await whileListing(run(["migrate"], { ...settings, LOG_LEVEL: "debug" }), listed);

      expect(migrated).toMatchObject({ exitCode: 0 });
      expect(secretsIn(migrated.stdout + migrated.stderr)).toEqual([]);
      // The engine was seen, to which the CLI hands the URL.
      expect(listed.some((line) => line.includes("--datasource"))).toBe(process.platform === "linux");
      expect(secretsIn(listed.join("\n"))).toEqual([]);
    },
  );

  test("by any command at work, or in the log of the server", async () => {
    const place = await freshWorkplace();
    await addSampleFiles(place);
    const server = await serverOfShop();
    const environment = {
      ...place.environment,
      DATABASE_URL: url(server.host),
      CARD_TOKEN_KEY: KEY,
      RETRY_MS: "0",
    };

    expect(await run(["migrate"], environment)).toMatchObject({ exitCode: 0 });
    for (const args of COMMANDS) expect([args, await leaksOf(args, environment)]).toEqual([args, []]);
    const kept = await query<{ kept: string }>(
      environment.DATABASE_URL,
      "SELECT concat(r, s, f) AS kept FROM operations.runs r, operations.run_steps s, operations.source_files f",
    );
    expect(kept.length).toBeGreaterThan(0);
    expect(secretsIn(JSON.stringify(kept))).toEqual([]);

    const wrong = { ...environment, DATABASE_URL: url(server.host).replace("Marked", "marked") };
    expect(await leaksOf(["ingest"], wrong)).toEqual([]);
  });

  test("of those that the embedded server makes: each is in its own file, and nowhere else", async () => {
    const place = await freshWorkplace();
    await addSampleFiles(place);
    const environment = { ...place.environment, LOG_LEVEL: "debug" };
    const ended: Ended[] = [];
    for (const args of [...COMMANDS.filter(([command]) => command !== "stop"), ["stop"]])
      ended.push(await run(args, environment));
    const password = (await readFile(join(place.stateDir, "postgres", "password"), "utf8")).trim();
    const [key, ledgerKey] = await Promise.all(
      ["card-token-key", "ledger-key"].map(async (name) =>
        (await readFile(join(place.stateDir, "secrets", name), "utf8")).trim(),
      ),
    );
    const secrets = [password, key ?? "", ledgerKey ?? ""];

    expect(Math.min(...secrets.map(({ length }) => length))).toBeGreaterThan(20);
    expect(new Set(secrets).size).toBe(3);
    const said = ended.map(({ stdout, stderr }) => stdout + stderr).join("\n");
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
    const holders = await filesHolding(place.folder, secrets);
    expect(holders).toEqual([
      "state/postgres/password",
      "state/secrets/card-token-key",
      "state/secrets/ledger-key",
    ]);
  });
});

/** A server on which the user `shop` has a database. */
async function serverOfShop(): Promise<URL> {
  const server = new URL(await holdServer(await freshWorkplace()));
  await query(server.href, `CREATE ROLE shop SUPERUSER LOGIN PASSWORD '${PASSWORD}'`);
  await query(server.href, "CREATE DATABASE shop OWNER shop");
  return server;
}

/** Lists the command lines of all processes, again and again, until something has ended. */
async function whileListing<T>(work: Promise<T>, into: string[]): Promise<T> {
  const ended = new AbortController();
  void work.finally(() => {
    ended.abort();
  });
  while (!ended.signal.aborted) {
    into.push(...commandLines());
    await new Promise((resolve) => setImmediate(resolve));
  }
  return work;
}

function commandLines(): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(join("/proc", pid, "cmdline"), "utf8").replaceAll("\0", " ");
      } catch {
        // It has ended meanwhile.
        return "";
      }
    });
}

async function filesHolding(folder: string, secrets: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const holding: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (secrets.some((secret) => bytes.includes(secret))) holding.push(path.slice(folder.length + 1));
  }
  return holding.sort();
}
