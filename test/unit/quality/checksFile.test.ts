import { describe, expect, test } from "@jest/globals";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TillhouseError } from "../../../src/lib/errors.ts";
import type { Check } from "../../../src/quality/checks/check.ts";
import { loadChecks, parseChecks, recordChecksOf } from "../../../src/quality/checks/loadChecks.ts";

const parse = (text: string): readonly Check[] => parseChecks(text, "checks.yaml");

function errorOf(text: string): TillhouseError {
  try {
    parse(text);
  } catch (error) {
    return error as TillhouseError;
  }
  throw new Error("it was taken");
}

/** A model or source with one column and its checks, from line 1 on; a check is on line 5. */
const ofColumn = (part: "models" | "sources", name: string, column: string, ...checks: string[]): string =>
  [
    `${part}:`,
    `  - name: ${name}`,
    "    columns:",
    `      - name: ${column}`,
    `        checks: [${checks.join(", ")}]`,
  ].join("\n");

describe("a file of checks", () => {
  test("gives each check a stable name, its severity, its place and what would be right", () => {
    const text = `models:
  - name: fct_transactions
    checks:
      - unique: { columns: [file_id, source_line], severity: warn }
    columns:
      - name: amount
        checks:
          - not_null
          - range: { min: 0, max: 99.5, name: sane_amounts }
      - name: status
        checks: [{ accepted_values: { values: [accepted, refused] } }]
      - name: store_key
        checks:
          - relationships: { to: dim_stores, column: store_key }
sources:
  - name: transactions
    row_count:
    freshness: { warn_after: 36h, error_after: 3d }
    columns:
      - name: happened_at
        checks: [{ range: { min: 2020-01-31T12:00 } }]
sums:
  - of: files_to_facts
`;
    expect(
      parse(text).map(({ name, severity, place, expected }) => [name, severity, place, expected]),
    ).toEqual([
      [
        "fct_transactions.file_id_source_line.unique",
        "warn",
        "checks.yaml:4",
        "no two rows with the same file_id, source_line",
      ],
      ["fct_transactions.amount.not_null", "error", "checks.yaml:8", "never null"],
      ["sane_amounts", "error", "checks.yaml:9", "from 0 to 99.5"],
      ["fct_transactions.status.accepted_values", "error", "checks.yaml:11", "one of accepted, refused"],
      [
        "fct_transactions.store_key.relationships",
        "error",
        "checks.yaml:14",
        "found in dim_stores.store_key",
      ],
      ["transactions.happened_at.range", "error", "checks.yaml:21", "at least 2020-01-31T12:00Z"],
      [
        "transactions.row_count",
        "error",
        "checks.yaml:17",
        "a quarter at least of the median of the loads before",
      ],
      [
        "transactions.freshness",
        "error",
        "checks.yaml:18",
        "something new: warn after 36 h, error after 3 d",
      ],
      [
        "sums.files_to_facts",
        "error",
        "checks.yaml:23",
        "count and amount of the facts of each file are as the ledger says",
      ],
    ]);
  });

  test("may be empty", () => {
    expect(parse("")).toEqual([]);
    expect(parse("# nothing yet\n")).toEqual([]);
  });

  test("gives loaders the checks of records, and nothing else", () => {
    const text = `${ofColumn("sources", "transactions", "amount", "{ range: { max: 5000 } }")}
    row_count: { severity: warn }`;
    expect(recordChecksOf(parse(text))).toEqual([
      {
        name: "transactions.amount.range",
        source: "transactions",
        column: "amount",
        severity: "error",
        rule: { kind: "range", min: null, max: 5000 },
        expected: "at most 5000",
      },
    ]);
  });

  test("of the project's own is right, and so is one that CHECKS_FILE names; one that is not there is told", async () => {
    expect((await loadChecks({ checksFile: undefined })).length).toBeGreaterThan(40);
    const folder = mkdtempSync(join(tmpdir(), "tillhouse-checks-"));
    try {
      const path = join(folder, "mine.yaml");
      writeFileSync(path, "sums: [{ of: facts_to_rollups }]\n");
      expect(await loadChecks({ checksFile: path })).toMatchObject([
        { name: "sums.facts_to_rollups", place: `${path}:1` },
      ]);
      await expect(loadChecks({ checksFile: join(folder, "none.yaml") })).rejects.toMatchObject({
        code: "config_invalid",
        message: expect.stringContaining("none.yaml cannot be read (ENOENT): CHECKS_FILE must be"),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("what is wrong with a file of checks", () => {
  test.each([
    ["is no YAML", "models: [\n", /^checks\.yaml:\d: this is no YAML/],
    ["has a key twice", "sums: []\nsums: []\n", /^checks\.yaml:2: this is no YAML: Map keys must be unique/],
    ["refers to nothing", "sums: *none\n", /^checks\.yaml/],
    ["is a list", "- a\n", /checks\.yaml.* must be the checks: a mapping with models, sources, sums/],
    [
      "has another part",
      "model: []\n",
      /"model" is not known in the checks: there are models, sources, sums$/,
    ],
    [
      "has another kind of check",
      ofColumn("models", "m", "c", "{ positive: {} }"),
      /^checks\.yaml:5: .*"positive" is not known in a check: there are unique, not_null, accepted_values, range, relationships$/,
    ],
    [
      "has two kinds in one",
      ofColumn("models", "m", "c", "{ unique: , not_null: }"),
      /^checks\.yaml:5: .*must be one check: /,
    ],
    [
      "has a source's unique",
      ofColumn("sources", "stores", "name", "unique"),
      /^checks\.yaml:5: .*"unique" is not known in a check/,
    ],
    [
      "has no columns for unique",
      "models:\n  - name: m\n    checks: [unique]\n",
      /^checks\.yaml:3: columns must be a list of columns/,
    ],
    [
      "has another severity",
      ofColumn("models", "m", "c", "{ unique: { severity: fatal } }"),
      /^checks\.yaml:5: severity must be warn or error/,
    ],
    [
      "has an option of dbt",
      ofColumn("models", "m", "c", "{ unique: { where: x } }"),
      /"where" is not known in unique: there are severity, name/,
    ],
    [
      "has a range without bounds",
      ofColumn("models", "m", "c", "{ range: {} }"),
      /^checks\.yaml:5: range needs min, max or both/,
    ],
    [
      "has a range upside down",
      ofColumn("models", "m", "c", "{ range: { min: 2, max: 1 } }"),
      /range needs a min that is not above its max/,
    ],
    [
      "has a range of two kinds",
      ofColumn("models", "m", "c", "{ range: { min: 2, max: 2020-01-01 } }"),
      /both of one kind/,
    ],
    [
      "has a bound that is no time",
      ofColumn("models", "m", "c", "{ range: { min: 2020-13-01 } }"),
      /min must be a number, or a time/,
    ],
    [
      "accepts nothing",
      ofColumn("models", "m", "c", "{ accepted_values: { values: [] } }"),
      /values must hold a value at least/,
    ],
    [
      "has a source nobody knows",
      "sources:\n  - name: shops\n",
      /^checks\.yaml:2: name must be stores, devices, transactions$/,
    ],
    [
      "has a column that a source lacks",
      ofColumn("sources", "transactions", "amunt", "not_null"),
      /^checks\.yaml:4: transactions have no column amunt: is it amount\?$/,
    ],
    [
      "asks a text for a range",
      ofColumn("sources", "stores", "country", "{ range: { min: 1 } }"),
      /^checks\.yaml:5: stores\.country is a text, of which range says nothing: there are not_null, accepted_values$/,
    ],
    [
      "asks a time for numbers",
      ofColumn("sources", "stores", "created_at", "{ range: { min: 1 } }"),
      /stores\.created_at is a timestamp: min and max must be times, such as 2020-01-31$/,
    ],
    [
      "accepts texts as numbers",
      ofColumn("sources", "devices", "type", "{ accepted_values: { values: [1, two] } }"),
      /devices\.type is a whole_number: its values must be numbers, not "two"$/,
    ],
    [
      "has a freshness of nothing",
      "sources:\n  - name: stores\n    freshness: {}\n",
      /^checks\.yaml:3: freshness needs warn_after, error_after or both, such as 36h$/,
    ],
    [
      "has a freshness upside down",
      "sources:\n  - name: stores\n    freshness: { warn_after: 3d, error_after: 36h }\n",
      /freshness needs a warn_after that is shorter than its error_after$/,
    ],
    [
      "has another form of time",
      "sources:\n  - name: stores\n    freshness: { warn_after: 3 days }\n",
      /^checks\.yaml:3: warn_after must be minutes, hours or days, such as 90m, 36h or 3d$/,
    ],
    [
      "has a sum nobody knows",
      "sums:\n  - of: all\n",
      /^checks\.yaml:2: of must be files_to_facts or facts_to_rollups$/,
    ],
    [
      "calls two checks the same",
      ofColumn("models", "m", "c", "{ range: { min: 1 } }", "{ range: { max: 2 } }"),
      /^checks\.yaml:5: there is a check called m\.c\.range already, at line 5\. Give one of them a name of its own/,
    ],
    [
      "has a name with a quote",
      ofColumn("models", "'m\"; DROP TABLE x'", "c", "unique"),
      /^checks\.yaml:2: name must be the name of a table or view/,
    ],
    [
      "has a column with SQL in it",
      ofColumn("models", "m", "'c) OR (1=1'", "unique"),
      /^checks\.yaml:4: name must be the name of a column/,
    ],
    [
      "refers to a table with SQL in it",
      ofColumn("models", "m", "c", "{ relationships: { to: 'a, b', column: c } }"),
      /^checks\.yaml:5: to must be the name of a table or view/,
    ],
  ])("%s: is told with its line, and what would be right", (_what, text, message) => {
    expect(errorOf(text)).toMatchObject({
      code: "config_invalid",
      exitCode: 2,
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ofColumn("sources", "transactions", "card_number", "not_null"),
    ofColumn("sources", "transactions", "cvv", "{ accepted_values: { values: [123] } }"),
    ofColumn("models", "fct_transactions", "card_token", "unique"),
    ofColumn("models", "fct_transactions", "card_last4", "not_null"),
    ofColumn("models", "m", "c", "{ relationships: { to: fct_transactions, column: card_last4 } }"),
    "models:\n  - name: fct_transactions\n    checks: [{ unique: { columns: [status, card_token] } }]\n",
  ])("no check may be of cards: %s", (text) => {
    expect(errorOf(text)).toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(/^checks\.yaml:\d: .* is of cards, whose values no check may look at/),
    });
  });
});
