import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { run, runForJson } from "./programs.ts";
import { holdServer, migratedWorkplace, type Workplace } from "./workplace.ts";

jest.setTimeout(300_000);

async function write({ dataDir }: Workplace, name: string, text: string): Promise<void> {
  await writeFile(join(dataDir, name), text);
}

test("replay says what became of the quarantine, in words and as JSON, and what it could not read", async () => {
  const place = await migratedWorkplace();
  await holdServer(place);
  const dayFirst = { ...place.environment, SOURCE_DATE_ORDER: "dmy" };
  expect((await run(["replay"], place.environment)).stdout).toBe("Nothing is open in quarantine.\n");
  await write(place, "stores.csv", storesFile({ id: 1 }));
  await write(place, "devices.csv", devicesFile({ id: 1 }));
  const at = (day: number) => `${day}/01/2022 09:00:00`;
  await write(
    place,
    "transactions-1.csv",
    transactionsFile({ id: 1, happened_at: at(20) }, { id: 2, amount: "many" }),
  );
  await write(place, "transactions-2.csv", transactionsFile({ id: 3, happened_at: at(21) }));
  expect((await run(["ingest", "--json"], { ...place.environment, MAX_REJECT_RATIO: "1" })).exitCode).toBe(0);

  expect(await runForJson(["replay", "--json", "--reason", "bad_amount"], dayFirst)).toMatchObject({
    ...{ run_id: 3, status: "succeeded", loaded: 0, corrected: 0, obsolete: 0, open: 3, not_read: [] },
    reasons: [
      { reason: "bad_amount", before: 1, loaded: 0, corrected: 0, after: 1 },
      { reason: "day_first", before: 2, loaded: 0, corrected: 0, after: 2 },
    ],
  });
  await rm(join(place.dataDir, "transactions-2.csv"));
  const { exitCode, stdout } = await run(["replay"], dayFirst);

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Run 4 tried the quarantine again in /);
  expect(stdout).toContain("1 loaded, 0 corrected what was there, 0 need nobody any more, 2 are open.\n");
  expect(stdout).toContain("transactions-2.csv: not read again, it is gone: line 2\n");
  const undone = await run(["undo"], place.environment);
  expect(undone.stdout).toContain("What it loaded is in quarantine again: npm run replay");
});

test("replay knows the reasons that there are", async () => {
  const { exitCode, stderr } = await run(["replay", "--reason", "no_such_reason"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("--reason takes a code that npm run rejects shows, such as --reason day_first");
});
