import { expect, jest, test } from "@jest/globals";
import { run, runForJson, start } from "./programs.ts";
import { addressOf, cookieOf } from "./studioEntry.ts";
import { addSampleFiles, migratedWorkplace } from "./workplace.ts";

jest.setTimeout(120_000);

test("daemon, manual run, answers and Studio share one embedded server, and outlive whoever started it", async () => {
  const place = await migratedWorkplace();
  await addSampleFiles(place);
  // The daemon is the one that starts the server.
  const daemon = start("scheduler", [], { ...place.environment, INGEST_CRON: "0 0 1 1 *" });
  await daemon.untilItSays(/waiting for the next run/);
  const studio = start("cli", ["studio"], place.environment);
  const answering = addressOf(studio);
  const [loaded, early] = await Promise.all([
    runForJson(["ingest", "--json"], place.environment),
    run(["answers", "--format", "json"], place.environment),
  ]);
  expect(loaded).toMatchObject({ loaded: 1800 });
  expect(early.exitCode).toBe(0);
  const address = await answering;
  const cookie = await cookieOf(address);
  const statusOfPage = async (): Promise<number> =>
    (await fetch(new URL("/", address), { headers: { cookie } })).status;
  expect(await statusOfPage()).toBe(200);

  daemon.child.kill("SIGKILL");
  await daemon.ended;

  expect(await statusOfPage()).toBe(200);
  await expect(runForJson(["ingest", "--json"], place.environment)).resolves.toMatchObject({ loaded: 0 });
  await expect(runForJson(["verify", "--json"], place.environment)).resolves.toMatchObject({
    status: "verified",
  });
  studio.child.kill("SIGINT");
  await expect(studio.ended).resolves.toMatchObject({ exitCode: 0 });
  await expect(run(["stop"], place.environment)).resolves.toMatchObject({
    stdout: "The embedded server was not running.\n",
  });
});
