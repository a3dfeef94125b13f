import { existsSync } from "node:fs";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { transactionsFile as file, MEGABYTE_OF_BLANK_LINES } from "../fixtures/sourceText.ts";
import { eventually } from "./eventually.ts";
import { start } from "./programs.ts";
import { addSampleFiles, holdServer, migratedWorkplace, type Workplace } from "./workplace.ts";

jest.setTimeout(120_000);

const MEGABYTE = 1 << 20;
/** Where Linux says how many bytes a process has read, all its threads together. */
const COUNTS = "/proc/self/io";
const PRINT_COUNTS = `data:text/javascript,import { readFileSync } from "node:fs";
  process.on("exit", () => process.stderr.write(readFileSync("${COUNTS}", "utf8")));`;

/** Bytes that the process of a whole run read: its own code, its sockets, and the files it loads. */
async function bytesReadByRun({ environment }: Workplace): Promise<number> {
  const run = start("cli", ["ingest", "--json"], environment, ["--import", PRINT_COUNTS]);
  const { exitCode, stderr } = await run.ended;
  const read = /^rchar: (\d+)$/m.exec(stderr)?.[1];
  if (exitCode !== 0 || read === undefined) throw new Error(stderr);
  return Number(read);
}

/** The same of a run that finds nothing new: all files are loaded, and were old when a run saw them last. */
async function bytesReadWithNothingNew(place: Workplace): Promise<number> {
  for (const name of await readdir(place.dataDir)) {
    const { ctimeMs } = await stat(join(place.dataDir, name));
    await eventually(`${name} is old enough to be known again`, () => Date.now() - ctimeMs > 2_000);
  }
  await bytesReadByRun(place);
  return bytesReadByRun(place);
}

const onLinux = existsSync(COUNTS) ? test : test.skip;

onLinux("a run with nothing new reads no more because its files are large", async () => {
  const place = await migratedWorkplace();
  await holdServer(place);
  await addSampleFiles(place);
  await bytesReadByRun(place);
  const withSmallFiles = await bytesReadWithNothingNew(place);

  // Its name does not say what is in it.
  const large = join(place.dataDir, "export.csv");
  await writeFile(large, file({ id: 1_000_001 }) + MEGABYTE_OF_BLANK_LINES.repeat(64));
  expect(await bytesReadByRun(place)).toBeGreaterThan(64 * MEGABYTE);
  const withLargeFile = await bytesReadWithNothingNew(place);

  expect(Math.abs(withLargeFile - withSmallFiles)).toBeLessThan(MEGABYTE / 4);
});
