import { describe, expect, test } from "@jest/globals";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { expectedAnswers } from "../fixtures/expectedAnswers.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const TAKEHOME = join(projectRoot, "..", "shared", "takehome");
const isThere = existsSync(TAKEHOME);
const title = isThere ? "the real files" : `the real files (skipped: ${TAKEHOME} is not there)`;

const load = ({ ingest }: Warehouse) => ingest({ settings: { DATA_DIR: join(TAKEHOME, "csv") } });

(isThere ? describe : describe.skip)(title, () => {
  test(
    "load whole, and every number of the five answers is right",
    inWarehouse(async (warehouse) => {
      const report = await load(warehouse);

      expect(report).toMatchObject({
        status: "succeeded",
        records_read: 1800,
        loaded: 1800,
        already_present: 0,
        corrected: 0,
        superseded: 0,
        rejected: 0,
        resolved: 0,
        warnings: 22,
        watermark: 1500,
      });
      const expected = await expectedAnswers(join(TAKEHOME, "expected"));
      const answers = await warehouse.answers();
      for (const [view, rows] of Object.entries(expected)) {
        expect(rows.length).toBeGreaterThan(0);
        expect(answers[view]).toHaveLength(rows.length);
        expect(answers[view]).toMatchObject(rows);
      }
    }),
  );

  test(
    "are not read again by a second run",
    inWarehouse(async (warehouse) => {
      await load(warehouse);
      const before = await warehouse.answers();

      const second = await load(warehouse);

      expect(second).toMatchObject({ status: "succeeded", records_read: 0, loaded: 0, watermark: 1500 });
      expect(second.files.map(({ status }) => status)).toEqual(["unchanged", "unchanged", "unchanged"]);
      const bytes = "SELECT sum(bytes_read) AS bytes FROM operations.run_files WHERE run_id = $1";
      expect(await warehouse.rows(bytes, [second.run_id])).toEqual([{ bytes: null }]);
      expect(await warehouse.answers()).toEqual(before);
    }),
  );

  test(
    "are reported with the fields that scripts rely on, summed over all files",
    inWarehouse(async (warehouse) => {
      const report = await load(warehouse);

      const outcomes = [
        "records_read",
        "loaded",
        "already_present",
        "corrected",
        "superseded",
        "rejected",
        "warnings",
      ] as const;
      expect(Object.keys(report).sort()).toEqual(
        [...outcomes, "run_id", "status", "resolved", "watermark", "duration_ms", "refused", "files"].sort(),
      );
      expect(report.files.map(({ source, path }) => [source, path])).toEqual([
        ["stores", "store.csv"],
        ["devices", "device.csv"],
        ["transactions", "transaction.csv"],
      ]);
      for (const file of report.files) {
        const sameAsTheRun = [...outcomes, "status", "resolved", "watermark", "duration_ms"];
        expect(Object.keys(file).sort()).toEqual(
          [...sameAsTheRun, "source", "path", "warnings_by_kind"].sort(),
        );
      }
      for (const outcome of outcomes) {
        expect(report[outcome]).toBe(report.files.reduce((sum, file) => sum + file[outcome], 0));
      }
    }),
  );
});
