import { createHmac } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import pg from "pg";
import { fingerprintOfKey } from "../../src/sources/cards.ts";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { trials } from "../fixtures/trials.ts";
import { eventually } from "./eventually.ts";
import { serverUrl } from "./heldLoad.ts";
import { run, runForJson, start, type Ended } from "./programs.ts";
import { holdServer, migratedWorkplace, query, type Workplace } from "./workplace.ts";

jest.setTimeout(300_000);

const CARD = "4111111111111111";

interface ListedKey {
  readonly card_key_id: number;
  readonly fingerprint: string;
  readonly retired_at: string | null;
  readonly transactions: number;
}

const keysOf = async ({ environment }: Pick<Workplace, "environment">): Promise<readonly ListedKey[]> =>
  (await runForJson<{ keys: ListedKey[] }>(["card-key", "--json"], environment)).keys;

/** Loads one more sale, with the card, from a file of its own. */
async function sell(place: Workplace, id: number): Promise<Ended> {
  await writeFile(join(place.dataDir, `transactions-${id}.csv`), transactionsFile({ id, card_number: CARD }));
  return run(["ingest", "--json"], place.environment);
}

async function openedShop(): Promise<Workplace> {
  const place = await migratedWorkplace();
  await writeFile(join(place.dataDir, "stores.csv"), storesFile({ id: 1 }));
  await writeFile(join(place.dataDir, "devices.csv"), devicesFile({ id: 1 }));
  expect((await sell(place, 1)).exitCode).toBe(0);
  return place;
}

const secretsOf = ({ stateDir }: Workplace): string => join(stateDir, "secrets");

/** Every key that the database knows is in a file, the one in use where it is looked for, and each token is of its key. */
async function expectAllKeys(place: Workplace, url: string): Promise<void> {
  const keys = await keysOf(place);
  const files = new Map<string, Buffer>();
  for (const name of await readdir(secretsOf(place))) {
    const path = join(secretsOf(place), name);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const key = Buffer.from((await readFile(path, "utf8")).trim(), "hex");
    files.set(name, key);
  }
  const keyOf = (fingerprint: string): Buffer | undefined =>
    [...files.values()].find((key) => fingerprintOfKey(key).startsWith(fingerprint));
  const [inUse, ...others] = keys.filter(({ retired_at }) => retired_at === null);
  expect(others).toEqual([]);
  expect(files.get("card-token-key")).toEqual(keyOf(inUse?.fingerprint ?? "none"));
  const facts = await query<{ key: number; token: string }>(
    url,
    "SELECT card_key_id AS key, replace(card_token::text, '-', '') AS token FROM ingestion_layer.fct_transactions",
  );
  for (const { key, token } of facts) {
    const secret = keyOf(keys.find(({ card_key_id }) => card_key_id === key)?.fingerprint ?? "none");
    expect(
      createHmac("sha256", secret ?? "")
        .update(CARD)
        .digest("hex")
        .slice(0, 32),
    ).toBe(token);
  }
}

test("a rotation makes a new key for new sales, keeps the old one, and is in the history", async () => {
  const place = await openedShop();
  const url = await holdServer(place);

  const { exitCode, stdout } = await run(["card-key", "rotate"], place.environment);

  expect(exitCode).toBe(0);
  expect(stdout).toContain("New sales get tokens under key 2.");
  // The embedded server has a secret of its own for the ledger.
  expect(stdout).not.toContain("LEDGER_KEY");
  expect((await sell(place, 2)).exitCode).toBe(0);
  expect(await readdir(secretsOf(place))).toEqual(["card-token-key", "card-token-key.1", "ledger-key"]);
  await expectAllKeys(place, url);
  const key = { fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/), transactions: 1 };
  expect(await keysOf(place)).toEqual([
    expect.objectContaining({ ...key, card_key_id: 1, retired_at: expect.any(String) }),
    expect.objectContaining({ ...key, card_key_id: 2, retired_at: null }),
  ]);
  const { runs } = await runForJson<{ runs: unknown[] }>(["runs", "--json"], place.environment);
  expect(runs).toContainEqual(expect.objectContaining({ job: "card_key", status: "succeeded" }));
});

/** Has a program kill itself when it does something to a file of the key. */
const killedAt = (operation: "link" | "rename", file: string): string =>
  `data:text/javascript,${encodeURIComponent(`
    import fs from "node:fs/promises";
    import { syncBuiltinESMExports } from "node:module";
    const real = fs.${operation};
    fs.${operation} = (from, to) => {
      if (to.endsWith(${JSON.stringify(file)})) process.kill(process.pid, "SIGKILL");
      return real(from, to);
    };
    syncBuiltinESMExports();`)}`;

test("a rotation that is killed at any point leaves a key to load with, and can be done again", async () => {
  const place = await openedShop();
  const url = await holdServer(place);
  const points = [
    { at: killedAt("link", "card-token-key.next"), committed: false },
    { at: undefined, committed: false },
    { at: killedAt("link", "card-token-key.1"), committed: true },
    { at: killedAt("rename", "card-token-key"), committed: true },
  ];
  let id = 1;
  let inUse = 1;
  // The quick one: after its commit.
  for (const { at, committed } of trials({ quick: points.slice(2, 3), all: points })) {
    const fired = at?.replace("card-token-key.1", `card-token-key.${inUse}`);
    const rotation = start(
      "cli",
      ["card-key", "rotate"],
      place.environment,
      fired === undefined ? [] : ["--import", fired],
    );
    if (at === undefined) await killBeforeCommit(url, () => rotation.child.kill("SIGKILL"));
    expect(await rotation.ended).toMatchObject({ signal: "SIGKILL" });
    if (committed) inUse += 1;
    expect((await keysOf(place)).find(({ retired_at }) => retired_at === null)?.card_key_id).toBe(inUse);
    id += 1;
    // The lock of the dead one may take a moment to go.
    await eventually("a load is let in", async () => (await sell(place, id)).exitCode === 0);
    await expectAllKeys(place, url);
  }
  const again = await run(["card-key", "rotate"], place.environment);
  expect(again.exitCode).toBe(0);
  expect((await sell(place, id + 1)).exitCode).toBe(0);
  await expectAllKeys(place, url);
  expect((await keysOf(place)).map(({ transactions }) => transactions)).toEqual(
    trials({ quick: [1, 1, 1], all: [3, 1, 1, 1] }),
  );
});

test("a rotation that was killed after its commit is completed by the next one, not done twice", async () => {
  const place = await openedShop();
  await holdServer(place);
  const killed = start("cli", ["card-key", "rotate"], place.environment, [
    "--import",
    killedAt("rename", "card-token-key"),
  ]);
  await killed.ended;

  const said = await eventually("the lock is free", async () => {
    const { exitCode, stdout } = await run(["card-key", "rotate"], place.environment);
    return exitCode === 0 && stdout;
  });

  expect(said).toContain(
    "A rotation that had been broken off is complete: new sales get tokens under key 2.",
  );
  await expectAllKeys(place, await serverUrl(place.stateDir));
});

/** Kills while the statement that retires the old key waits. */
async function killBeforeCommit(url: string, kill: () => void): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("BEGIN");
  await client.query("LOCK TABLE operations.card_token_keys IN SHARE MODE");
  await eventually("the rotation waits", async () => {
    const waiting = await query(
      url,
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return waiting.length === 1;
  });
  kill();
  await client.end();
  // What it had in hand is rolled back as soon as the server notices.
  await eventually("its session has ended", async () => {
    const sessions = await query(
      url,
      "SELECT FROM pg_stat_activity WHERE application_name LIKE 'tillhouse%' AND datname = current_database()",
    );
    return sessions.length === 0;
  });
}

test("a daemon with the retired key loads nothing any more", async () => {
  const place = await openedShop();
  const url = await holdServer(place);
  const old = (await readFile(join(secretsOf(place), "card-token-key"), "utf8")).trim();
  const given = { ...place.environment, DATABASE_URL: url };
  const daemon = start("scheduler", [], { ...given, CARD_TOKEN_KEY: old, INGEST_CRON: "* * * * * *" });
  await daemon.untilItSays(/"run ended"|run ended/);

  const rotated = await eventually("the lock is free between two runs", async () => {
    const ended = await run(["card-key", "rotate"], { ...given, CARD_TOKEN_KEY: "cd".repeat(32) });
    return ended.exitCode === 0 && ended;
  });
  expect(rotated.stdout).toContain("under key 2");
  expect(rotated.stdout).toContain("Set LEDGER_KEY to what CARD_TOKEN_KEY was before");
  await writeFile(join(place.dataDir, "transactions-2.csv"), transactionsFile({ id: 2, card_number: CARD }));

  await daemon.untilItSays(/is retired since/);
  daemon.child.kill("SIGTERM");
  await daemon.ended;
  expect(await query(url, "SELECT FROM ingestion_layer.fct_transactions")).toHaveLength(1);
  const refused = await start("scheduler", [], { ...given, CARD_TOKEN_KEY: old }).ended;
  expect(refused.exitCode).toBe(2);
});
