import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { commandReference, commandsTable } from "../../../.config/docs/commands.ts";
import { errorsTable, reasonsTables } from "../../../.config/docs/codes.ts";
import { dataDictionary } from "../../../.config/docs/dataDictionary.ts";
import { DOCUMENTS } from "../../../.config/docs/documents.ts";
import { erDiagram } from "../../../.config/docs/erDiagram.ts";
import { metricsTable } from "../../../.config/docs/metrics.ts";
import { settingsTable } from "../../../.config/docs/settings.ts";
import { writeDocuments } from "../../../.config/docs/writeDocuments.ts";
import { SETTINGS } from "../../../src/config/settings.ts";
import { DECLARED_LINEAGE } from "../../../src/database/model/declaredLineage.ts";
import { readSchema } from "../../../src/database/model/readModel.ts";
import { projectRoot } from "../../../src/database/projectRoot.ts";
import { ERRORS } from "../../../src/lib/knownErrors.ts";
import { REASONS, WARNINGS } from "../../../src/sources/reasons.ts";

/** First cells of a table's rows, without their marks. */
const namesIn = (table: string): string[] =>
  [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name = ""]) => name);

test("those that need no database are what the code says", async () => {
  const noDatabase = () => Promise.reject(new Error("none is needed"));
  const documents = DOCUMENTS.filter(({ file }) => file !== "prisma/DATA_DICTIONARY.md");
  expect(documents.length).toBeGreaterThan(4);
  const writing = { root: projectRoot, documents, model: noDatabase, isCheck: true };
  expect(await writeDocuments(writing)).toEqual([]);
});

describe("the configuration's reference", () => {
  const table = settingsTable();

  test("has every setting, with its default, its form and what it is for", () => {
    expect(namesIn(table)).toEqual(Object.keys(SETTINGS));
    expect(table).toContain(
      "| `SETTLE_MS` | `2000` | whole number from 0 to 3600000 | Milliseconds for which ",
    );
    expect(table).toContain("| `SOURCE_DATE_ORDER` | `mdy` | mdy or dmy | ");
  });

  test("is the same on every machine", () => {
    expect(table).toContain("| `WORKERS` | one for each core, at most 8 | ");
  });

  test("has an example where there is no default", () => {
    expect(table).toMatch(
      /^\| `DATABASE_URL` \| the embedded server \|.* Example: `DATABASE_URL=postgresql:.*` \|$/m,
    );
  });

  test("marks code in sentences, and points into the README", () => {
    expect(table).toContain("in `STATE_DIR/secrets/card-token-key`. Another key");
    expect(table).toContain("Run `npm run db:migrate` first: pending");
    expect(table).toContain("of your own (see *Quality checks*). Example");
  });
});

test("what points into the README finds its heading there", async () => {
  const readme = await readFile(join(projectRoot, "README.md"), "utf8");
  const pointers = [...`${settingsTable()}${commandsTable()}`.matchAll(/\(see \*([^*]+)\*\)/g)];
  expect(pointers.length).toBeGreaterThan(5);
  const missing = pointers.filter(([, title = ""]) => !new RegExp(`^#+ ${title}$`, "m").test(readme));
  expect(missing.map(([, title]) => title)).toEqual([]);
});

describe("the commands", () => {
  const table = commandsTable();

  test("are asked for as npm takes them, with arguments, options and choices", () => {
    expect(table).toContain(
      "\n| `npm run answers -- [--view <name>] [--select <names>]… [--format table\\|json\\|csv]` | the answers",
    );
    expect(table).toContain("`npm run runs -- retry <run_id> [--json]`");
    expect(table).toContain("`npm run replay -- [--reason <code>]… [--json]`");
    expect(table).toContain("`npm run job:verify -- [--json]`, `npm run job:freshness -- [--json]`");
    expect(table).toContain("| `npm start`, `node dist/scheduler.js` | the daemon");
    expect(table).toContain("`npm run data:generate -- --rows <n> --seed <n> --out <folder> [--stores <n>]");
    expect(table).toContain("`npm run db:stop` |");
  });

  test("end with what exit codes mean", () => {
    expect(table).toMatch(/\n\nExit codes: 0 done .*, 3 another run is at work\.$/);
  });

  test("are all in their reference, each with the whole of its help", () => {
    const reference = commandReference();
    const titles = [...reference.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toHaveLength(namesIn(table).length);
    expect(titles).toEqual(
      expect.arrayContaining(["ingest", "card-key rotate", "npm start", "npm run bench"]),
    );
    expect(reference).toContain("\nUsage: tillhouse schedule pause [options] <job>\n");
    expect(reference).toContain(
      "\n  npm run -s why -- 1234 --json\n\nExit codes: 0 something is known of it",
    );
  });
});

test("all codes are there, with what to do", () => {
  expect(namesIn(errorsTable())).toEqual(Object.keys(ERRORS));
  expect(errorsTable()).toContain("| `migrations_pending` | 2 | no | ");
  expect(errorsTable()).toContain("Run `npm run db:migrate`. |");
  expect(namesIn(reasonsTables())).toEqual([...Object.keys(REASONS), ...Object.keys(WARNINGS)]);
});

test("the metrics have their types and labels, of the database and of the process", () => {
  const table = metricsTable();
  expect(table).toContain("| `tillhouse_database_up` | gauge |  | Whether ");
  expect(table).toContain(
    "| `tillhouse_run_duration_seconds` | histogram | `job_name`, `status` | How long ",
  );
  expect(table).toContain("| `tillhouse_database_pool_waiting` | gauge | `pool` | How many ");
  expect(table).toContain("| `nodejs_gc_duration_seconds` | histogram | `kind` | Garbage ");
  expect(new Set(namesIn(table)).size).toBe(table.split("\n").length - 2);
});

test("the diagram has tables with their columns, and how they refer to each other", () => {
  const diagram = erDiagram();
  expect(diagram).toMatch(/^```mermaid\nerDiagram\n/);
  expect(diagram).toContain("  dim_time ||--o{ fct_transactions : happened_date_key\n");
  expect(diagram).toContain("  dim_stores_history |o--o{ dim_stores_history : store_key_valid_to\n");
  expect(diagram).toContain("    bigint transaction_id PK\n");
  expect(diagram).toContain("    integer store_key FK\n");
  expect(diagram).toContain("    numeric amount\n");
  expect(diagram).not.toContain("source_files {");
  expect(diagram).toMatch(
    /by reference to `operations.card_token_keys`, `operations.runs`, `operations.source_files`\.$/,
  );
});

describe("the data dictionary", () => {
  const dictionary = dataDictionary({ ...readSchema(), lineage: DECLARED_LINEAGE });

  test("has every table with its columns", () => {
    const { tables } = readSchema();
    for (const { name } of tables) expect(dictionary).toContain(`\n### ${name}\n`);
    const rows = dictionary.match(/^\| `\w+` \| [^|\n]+\|[^|\n]+\|[^|\n]+\|[^|\n]+\|$/gm) ?? [];
    expect(rows).toHaveLength(tables.flatMap(({ columns }) => columns).length);
    expect(dictionary).toContain("\n| `transaction_id` | bigint |  | key | Natural key: ");
    expect(dictionary).toContain("\n| `store_key` | integer |  | → [dim_stores](#dim_stores).store_key | ");
    expect(dictionary).toContain("\n| `card_token` | uuid | yes |  | ");
  });

  test("says what comes from where, in words and as a picture", () => {
    expect(dictionary).toContain("\nFrom the stores files, the transactions files.\n");
    expect(dictionary).toContain("\n  file_stores --> ingestion_layer_dim_stores\n");
    expect(dictionary).toContain(
      "\nFrom the transactions files. Into [rollup_stores](#rollup_stores), [rollup_devices](#rollup_devices)",
    );
  });

  test("has the values of types", () => {
    expect(dictionary).toContain("\n| `accepted` | A sale. |");
  });
});
