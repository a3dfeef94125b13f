import { createHash } from "node:crypto";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { ledgerKeyOf } from "../../../src/runs/ledgerKey.ts";
import { forgetSales } from "../../fixtures/forgottenSales.ts";
import type { IngestJson } from "../../fixtures/ingestJson.ts";
import { digests, writePlaces } from "../../fixtures/loadedFacts.ts";
import { TEST_CARD_TOKEN_KEY, type Warehouse } from "../../fixtures/warehouse.ts";
import type { Verdict } from "../harness/faultTally.ts";

export const NAME = "transactions.csv";
const KEY = ledgerKeyOf(Buffer.from(TEST_CARD_TOKEN_KEY, "hex"));

/** Which transactions there are, by id, each with the digest of its values. */
type Facts = ReadonlyMap<string, string>;

/** What may stop a file that somebody writes to. */
const OF_FILES = ["file_changed", "file_refused", "file_unreadable"];

/** A file to which something happens while it is loaded. */
export interface Trial {
  readonly opened: string;
  /** The first run; something happens to the file meanwhile. */
  readonly load: (path: string) => Promise<IngestJson>;
  /** What the file held, one after another, after it was opened; the last is what it holds. Asked after the load. */
  readonly held: () => readonly (string | undefined)[];
  /** The first run has to load what the file was opened with, all of it. */
  readonly readsOn: boolean;
}

/** What contents come to that do not move: the same in every warehouse. */
const FRESH = new Map<string, Facts>();

/** Judges loads of files that move, one after another in a warehouse that nothing else is loaded into. */
export async function judgeOf(warehouse: Warehouse): Promise<(trial: Trial) => Promise<Verdict>> {
  await writePlaces(warehouse);
  await warehouse.ingest();
  const path = join(warehouse.files.path, NAME);
  const factsNow = async (): Promise<Facts> =>
    new Map((await digests(warehouse)).map(({ id, digest }) => [id, digest]));
  const begin = async (content: string): Promise<void> => {
    await forgetSales(warehouse);
    await warehouse.files.write(NAME, content);
  };
  const freshFacts = async (content: string | undefined): Promise<Facts> => {
    if (content === undefined) return new Map();
    const known = FRESH.get(content);
    if (known !== undefined) return known;
    // Blank lines only keep records apart.
    await begin(content.replaceAll(/^ +\n/gm, ""));
    await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });
    const found = await factsNow();
    FRESH.set(content, found);
    return found;
  };

  return async ({ opened, load, held, readsOn }) => {
    const ofOpened = await freshFacts(opened);
    await begin(opened);
    const stuck: string[] = [];
    const check = async (when: string): Promise<void> => {
      const contents = [opened, ...held()].filter((content) => content !== undefined);
      for (const row of await ledgerRows(warehouse)) {
        if (row.status === "loading" && when === "in the end")
          stuck.push(`${NAME} still says that it is being loaded`);
        const { committed, unterminated, committed_digest, unterminated_digest } = row;
        if (!contents.some((content) => hashOf(content, committed) === committed_digest))
          stuck.push(`${when}, ${committed} bytes are committed that no content begins with`);
        if (unterminated_digest === null) continue;
        const ends = contents.filter((content) => content.length === committed + unterminated);
        if (!ends.some((content) => hashOf(content, content.length) === unterminated_digest))
          stuck.push(`${when}, ${unterminated} bytes were read as the end that no content ends in`);
      }
    };

    const { status, error } = await load(path);
    if (status !== "succeeded" && !(error !== undefined && OF_FILES.includes(error.code)))
      stuck.push(`the run ${status}: ${error?.code} ${error?.message}`);
    const atFirst = await factsNow();
    await check("at first");

    if (existsSync(path)) chmodSync(path, 0o600);
    const last = held().at(-1);
    const again = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1", CHUNK_RECORDS: "1" } });
    if (again.status !== "succeeded" && again.error?.code !== "file_refused")
      stuck.push(`the next run ${again.status}: ${again.error?.code} ${again.error?.message}`);
    await check("in the end");
    for (const difference of await warehouse.verify()) stuck.push(JSON.stringify(difference));
    const inTheEnd = await factsNow();

    const allowed: Facts[] = [ofOpened];
    for (const content of held()) allowed.push(await freshFacts(content));
    const ofLast = await freshFacts(last);
    const isOfSomeContent = ([id, digest]: [string, string]): boolean =>
      allowed.some((facts) => facts.get(id) === digest);
    const wrong = [...inTheEnd].filter(
      (fact) => !isOfSomeContent(fact) || (!ofLast.has(fact[0]) && !atFirst.has(fact[0])),
    );
    const missing = [...ofLast.keys(), ...atFirst.keys(), ...(readsOn ? ofOpened.keys() : [])].filter(
      (id) => !inTheEnd.has(id),
    );
    const wrongAtFirst = [...atFirst].filter((fact) => !isOfSomeContent(fact));
    const lostAtFirst = readsOn ? [...ofOpened.keys()].filter((id) => !atFirst.has(id)) : [];
    return {
      lost: new Set([...missing, ...lostAtFirst]).size,
      doubled: new Set([...wrong, ...wrongAtFirst].map(([id]) => id)).size,
      stuck,
      recoverySeconds: null,
    };
  };
}

interface LedgerRow {
  readonly status: string;
  readonly committed: number;
  readonly unterminated: number;
  readonly committed_digest: string;
  readonly unterminated_digest: string | null;
}

/** All that is or was known of the file. */
function ledgerRows({ rows }: Warehouse): Promise<LedgerRow[]> {
  return rows<LedgerRow>(
    `SELECT status::text, committed_bytes::integer AS committed, unterminated_bytes::integer AS unterminated,
       committed_digest, unterminated_digest
     FROM operations.source_files WHERE path = $1`,
    [NAME],
  );
}

function hashOf(content: string, bytes: number): string | undefined {
  if (content.length < bytes) return undefined;
  return KEY.digestOf(createHash("sha256").update(content.slice(0, bytes)).digest("hex"));
}
