import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { projectRoot } from "../../src/database/projectRoot.ts";

const MIGRATIONS = join(projectRoot, "prisma", "migrations");
/** The views as they were first written, over the fact; in this order, since the last one reads the one before it. */
const FIRST_WRITTEN = /^2026112316020[0-5]_(\w+)$/;

/** Where the views over the fact are put, beside Tillhouse's own. */
export const ANSWERS_OF_FACTS = "answers_of_facts";

/** The views that answer the five questions; the last question has two. */
export async function answerNames(): Promise<string[]> {
  return (await firstMigrations()).map(({ name }) => name);
}

/**
 * Makes views that ask the five questions of the fact itself, whatever else is kept beside it. Their definitions are those
 * that the first migrations gave: what the aggregation layer says now must be the same.
 */
export async function createAnswersOfFacts(client: pg.ClientBase): Promise<void> {
  await client.query(`CREATE SCHEMA ${ANSWERS_OF_FACTS}`);
  for (const { folder } of await firstMigrations()) {
    const sql = await readFile(join(MIGRATIONS, folder, "migration.sql"), "utf8");
    await client.query(
      sql.replace(/^CREATE SCHEMA .*;$/gm, "").replaceAll("aggregation_layer.", `${ANSWERS_OF_FACTS}.`),
    );
  }
}

async function firstMigrations(): Promise<{ folder: string; name: string }[]> {
  const folders = (await readdir(MIGRATIONS)).sort();
  return folders.flatMap((folder) => {
    const name = FIRST_WRITTEN.exec(folder)?.[1];
    return name === undefined ? [] : [{ folder, name }];
  });
}
