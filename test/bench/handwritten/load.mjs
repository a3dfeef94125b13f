/**
 * The hand-written baseline: COPY of the raw files, then one SQL statement after the other from load/, on one connection.
 *
 *     DATABASE_URL=… CARD_TOKEN_KEY=… node test/bench/handwritten/load.mjs FOLDER
 *
 * The database has had the statements of schema/. Prints one JSON object: `{ statements: [{ name, ms }] }`.
 */
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";

const LOAD = fileURLToPath(new URL("load", import.meta.url));
const FILES = {
  "03_copyStores.sql": "stores.csv",
  "04_copyDevices.sql": "devices.csv",
  "05_copyTransactions.sql": "transactions.csv",
};
/** The raw tables are made and filled in one transaction, which COPY needs for FREEZE. */
const [FIRST_OF_RAW, LAST_OF_RAW] = ["02_raw.sql", "05_copyTransactions.sql"];
/** As much as the socket takes at once: smaller pieces cost a system call each. */
const PIECE_BYTES = 1024 * 1024;

const [folder] = process.argv.slice(2);
const cardTokenKey = Buffer.from(process.env["CARD_TOKEN_KEY"] ?? "", "hex");
const client = new pg.Client({ connectionString: process.env["DATABASE_URL"] });
await client.connect();
const statements = [];
try {
  for (const name of (await readdir(LOAD)).sort()) {
    const text = await readFile(join(LOAD, name), "utf8");
    const started = performance.now();
    if (name === FIRST_OF_RAW) await client.query("BEGIN");
    if (name in FILES) {
      const file = createReadStream(join(folder, FILES[name]), { highWaterMark: PIECE_BYTES });
      await pipeline(file, client.query(copyFrom(text)));
    } else if (text.includes(":card_token_key")) {
      await client.query(text.replaceAll(":card_token_key", "$1"), [cardTokenKey]);
    } else {
      await client.query(text);
    }
    if (name === LAST_OF_RAW) await client.query("COMMIT");
    statements.push({ name: name.replace(".sql", ""), ms: performance.now() - started });
  }
} finally {
  await client.end();
}
process.stdout.write(`${JSON.stringify({ statements })}\n`);
