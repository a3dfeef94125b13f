import { expect, test } from "@jest/globals";
import { run, runForJson } from "./programs.ts";
import { holdServer, migratedWorkplace } from "./workplace.ts";

test("any job of the daemon's is run by hand, and says what its steps came to", async () => {
  const place = await migratedWorkplace();
  await holdServer(place);

  const verified = await run(["job", "verify"], place.environment);
  expect([verified.exitCode, verified.stdout]).toEqual([
    0,
    expect.stringMatching(/^Run 1 \(verify\) succeeded\n[^]*│ verify +│ checks \d+, differences 0 +│/),
  ]);

  expect(await runForJson(["job", "retention", "--json"], place.environment)).toEqual({
    ...{ run_id: 2, job: "retention", status: "succeeded", error: null },
    steps: expect.arrayContaining([
      { name: "drop steps of old runs", counts: { dropped: 0 }, duration_ms: expect.any(Number) },
    ]),
  });

  await expect(run(["job", "nothing"], place.environment)).resolves.toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^usage_invalid: No job is called "nothing"/),
  });
});
