import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { run, runForJson } from "./programs.ts";
import { addSampleFiles, holdServer, migratedWorkplace } from "./workplace.ts";

jest.setTimeout(120_000);

test("checks prints a table or one JSON object, keeps its results, and tells by its exit code what came of them", async () => {
  const place = await migratedWorkplace();
  await holdServer(place);
  await addSampleFiles(place);
  const own = await run(["checks"], place.environment);
  expect(own).toMatchObject({ exitCode: 0 });
  expect(own.stdout).toContain("0 failed.");
  await runForJson(["ingest", "--json"], place.environment);

  const path = join(place.folder, "mine.yaml");
  const environment = { ...place.environment, CHECKS_FILE: path };
  await writeFile(
    path,
    "models: [{ name: fct_transactions, columns: [{ name: amount, checks: [{ range: { max: 0, name: nothing_sold } }, { not_null: { name: amounts } }] }] }]\n",
  );
  expect(await run(["checks", "--last"], environment)).toMatchObject({
    exitCode: 0,
    stdout: "No result is kept yet. Run them: npm run checks\n",
  });
  const failing = await run(["checks", "--json"], environment);
  expect(failing.exitCode).toBe(1);
  const printed = JSON.parse(failing.stdout) as { status: string; checks: Record<string, unknown>[] };
  expect(printed).toMatchObject({
    status: "failed",
    checks: [
      {
        name: "nothing_sold",
        column: "amount",
        severity: "error",
        status: "failed",
        expected: "at most 0",
      },
      { name: "amounts", status: "passed", failures: 0 },
    ],
  });
  const last = await run(["checks", "--last", "--json"], environment);
  expect(last).toMatchObject({ exitCode: 1 });
  expect(JSON.parse(last.stdout)).toEqual(printed);
  expect(await run(["checks", "--select", "amounts"], environment)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("1 passed, 0 warned, 0 failed."),
  });

  await writeFile(path, "models:\n  - name: fct_transactions\n    columns:\n      - name: card_last4\n");
  expect(await run(["checks"], environment)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^config_invalid: .*mine\.yaml:4: /),
  });
});
