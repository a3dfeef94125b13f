import type pg from "pg";
import { selectionIn } from "../../jobs/selection.ts";
import { readParts, type Selector } from "../../jobs/selectors.ts";
import type { RollupName } from "../database/rollups.ts";
import { TillhouseError } from "../lib/errors.ts";
import { EXIT_CODES } from "../lib/knownErrors.ts";
import { verifyFiles } from "../quality/verifyFiles.ts";
import { verifyRollups, verifyWarehouse, type Verification } from "../quality/verifyWarehouse.ts";
import { ledgerKey } from "../runs/ledgerKey.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

export interface VerifyCommandOptions {
  readonly json?: boolean;
  /** Hash the files again as well. */
  readonly files?: boolean;
  /** Parts of the pipeline whose rollups alone are recomputed, as `job:ingest` takes them. */
  readonly select: readonly string[];
}

/** `verify`: exit code 1 and a table on any difference. */
export async function verifyCommand(options: VerifyCommandOptions): Promise<void> {
  const context = commandContext();
  const selectors = options.select.length === 0 ? undefined : selectorsIn(options);
  await withDatabase(context, "verify", async (database) => {
    const { checks, differences } =
      selectors === undefined
        ? await verifyWarehouse(database.pool)
        : await verifyRollups(database.pool, await rollupsSelected(database.pool, selectors));
    const { config } = context;
    const rules = async () => ({ key: await ledgerKey(config), dataDir: config.dataDir, limits: config });
    const files = options.files === true ? await verifyFiles(database.pool, await rules()) : undefined;
    const all = [...differences, ...(files?.differences ?? [])];
    if (all.length > 0) process.exitCode = EXIT_CODES.failed;
    if (options.json === true) {
      const status = all.length === 0 ? "verified" : "different";
      printJson({ status, checks, ...(files !== undefined && { files: files.files }), differences: all });
    } else {
      await printVerification({ checks, differences: all });
      if (files?.differences.length === 0) print(`All ${files.files} files hold what was loaded of them.`);
    }
  });
}

function selectorsIn({ select, files }: VerifyCommandOptions): readonly Selector[] {
  if (files !== true) return readParts(select);
  throw new TillhouseError(
    "usage_invalid",
    "--files is about all files that were loaded, --select about rollups: leave one of them out",
  );
}

async function rollupsSelected(
  pool: pg.Pool,
  selectors: readonly Selector[],
): Promise<readonly RollupName[]> {
  const { rollups } = await selectionIn(pool, selectors);
  if (rollups.length > 0) return rollups;
  const text = selectors.map((selector) => selector.text).join(",");
  throw new TillhouseError(
    "usage_invalid",
    `--select ${text} finds no rollup, and no view that rests on one: all that is kept beside the facts is recomputed without --select`,
  );
}

export async function printVerification({ checks, differences }: Verification): Promise<void> {
  if (differences.length === 0) {
    print(`All ${checks} checks agree with the facts.`);
    return;
  }
  await printTable(
    ["check", "subject", "expected", "kept"],
    differences.map(({ check, subject, expected, actual }) => [check, subject, expected, actual]),
  );
}
