/**
 * Writes the documents that are made of the code, which so cannot say anything else.
 *
 *     npm run docs                      writes them
 *     npm run docs -- --check           exit code 1 where one is not what the code says
 *     npm run docs -- README.md         only what is in that file
 */
import { parseArgs } from "node:util";
import { deployMigrations } from "../../src/database/migrations.ts";
import type { Model } from "../../src/database/model/model.ts";
import { readModel } from "../../src/database/model/readModel.ts";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { withClient, withDatabases } from "../throwAwayDatabases.ts";
import { DOCUMENTS } from "./documents.ts";
import { writeDocuments } from "./writeDocuments.ts";

const MEND = "Run: npm run docs";

/** By a database that the migrations have just made, since nothing else knows what views read. */
async function migratedModel(): Promise<Model> {
  return withDatabases(["docs"], async (url) => {
    await deployMigrations(url, process.env);
    return withClient(url, readModel);
  });
}

async function run(files: readonly string[], isCheck: boolean): Promise<number> {
  const known = [...new Set(DOCUMENTS.map(({ file }) => file))];
  const unknown = files.filter((file) => !known.includes(file));
  if (unknown.length > 0) {
    process.stderr.write(
      `Nothing in ${unknown.join(", ")} is made of the code, but in ${known.join(", ")}\n`,
    );
    return 2;
  }
  const documents = DOCUMENTS.filter(({ file }) => files.length === 0 || files.includes(file));
  const drifted = await writeDocuments({ root: projectRoot, documents, model: migratedModel, isCheck });
  for (const name of drifted) {
    if (isCheck) process.stderr.write(`${name} is not what the code says. ${MEND}\n`);
    else process.stdout.write(`${name} was written anew.\n`);
  }
  if (drifted.length === 0) process.stdout.write(`${documents.length} documents are what the code says.\n`);
  return isCheck && drifted.length > 0 ? 1 : 0;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean", default: false } },
});
process.exitCode = await run(positionals, values.check);
