import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { selectableNodes } from "../../jobs/selectors.ts";
import { run, runForJson } from "./programs.ts";
import { addSampleFiles, holdServer, migratedWorkplace } from "./workplace.ts";

jest.setTimeout(120_000);

test("parts of the pipeline are listed, run and shown by name", async () => {
  const place = await migratedWorkplace();
  await holdServer(place);
  await addSampleFiles(place);
  const { environment, dataDir } = place;

  const all = await run(["ingest", "--list"], environment);
  expect(all.stdout).toMatch(/│ fct_transactions +│ fact +│ loads the files that fill it/);
  const listed = await run(["ingest", "--select", "+top_10_products_sold", "--list"], environment);
  expect(listed.stdout).toBe(
    "Loads files of: stores, devices, transactions\nBrings to what the facts say: rollup_products\nShows: top_10_products_sold\n",
  );
  const layer = await runForJson(["ingest", "--select", "ingestion_layer", "--list", "--json"], environment);
  expect(layer).toEqual({
    selected: { sources: ["stores", "devices", "transactions"], rollups: [], views: [] },
  });
  const aggregation = await run(["ingest", "--select", "aggregation_layer", "--list"], environment);
  expect(aggregation.stdout).toMatch(
    /^Brings to what the facts say: rollup_stores, .*, rollup_store_first_sales\nShows: top_10_stores_by_amount, .*, time_to_fifth_transaction\n$/,
  );
  await expect(runForJson(["ingest", "--list", "--json"], environment)).resolves.toEqual({
    nodes: selectableNodes(),
  });
  await expect(runForJson(["runs", "--json"], environment)).resolves.toEqual({ runs: [] });

  const stores = await runForJson<object>(["ingest", "--select", "stores+", "--json"], environment);
  expect(stores).toMatchObject({
    loaded: 100,
    files: [{ path: "stores.csv" }],
    rebuilt: { rollup_stores: 0 },
  });

  const products = await run(["ingest", "--select", "+top_10_products_sold"], environment);
  expect(products.exitCode).toBe(0);
  expect(products.stdout).toContain("rollup_products: all rows agree with the facts.");
  expect([...products.stdout.matchAll(/ {2}\((\w+)\)$/gm)].map(([, name]) => name)).toEqual([
    "top_10_products_sold",
  ]);

  const daily = await run(["ingest", "--select", "daily_sales,transactions_as_was"], environment);
  expect(daily.stdout).toMatch(
    /^rollup_days: all rows agree with the facts\.\n\nDaily sales {2}\(daily_sales\)\n/,
  );
  expect(daily.stdout).toMatch(
    /\ntransactions_as_was has a row a record: npm run export -- transactions_as_was\n$/,
  );

  await expect(
    run(["ingest", "--select", "daily_sales", "--file", join(dataDir, "stores.csv")], environment),
  ).resolves.toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("--select daily_sales reads no file: leave --file out"),
  });
  await expect(run(["ingest", "--select", "devices", "--to-id", "3"], environment)).resolves.toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(
      "--select devices loads no transactions, and a range is of those: leave --to-id out",
    ),
  });

  const answers = await runForJson<object>(
    ["answers", "--select", "rollup_days+,rollup_products", "--format", "json"],
    environment,
  );
  expect(Object.keys(answers)).toEqual(["daily_sales"]);
  await expect(run(["answers", "--select", "stores"], environment)).resolves.toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("--select stores finds no view that is shown here"),
  });
  await expect(
    runForJson(["verify", "--select", "top_10_products_sold,rollup_days", "--json"], environment),
  ).resolves.toEqual({ status: "verified", checks: 2, differences: [] });
  await expect(run(["verify", "--select", "stores"], environment)).resolves.toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("--select stores finds no rollup"),
  });
});
