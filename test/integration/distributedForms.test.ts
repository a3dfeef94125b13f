import { expect, jest, test } from "@jest/globals";
import fc from "fast-check";

/**
 * Statements that have another form for facts that are distributed must say the same in both. Here both run on one server that is
 * no cluster: what is asked of nodes and of pieces is asked of this server and of the table itself.
 */
const facts = { areDistributed: false };
const isDistributed = () => facts.areDistributed;
jest.unstable_mockModule("../../src/database/distribution/distributedSessions.ts", () => ({
  ...{ isDistributed, noteDistributed: () => undefined, notePoolDistributed: () => undefined },
}));
const { HEADERS } = await import("../fixtures/chunkedLoads.ts");
const { describeOnOneServer } = await import("../fixtures/citus.ts");
const { emptyWarehouse } = await import("../fixtures/emptyWarehouse.ts");
const { chunkRecords, inChunks, linesOfSources } = await import("../fixtures/histories.ts");
const { loseNames, NAMES_LEFT } = await import("../fixtures/lostNames.ts");
const { known } = await import("../fixtures/refresh.ts");
const { HOURS_FOR_ALL, trials } = await import("../fixtures/trials.ts");
const { withWarehouse } = await import("../fixtures/warehouse.ts");
const { withUndo } = await import("../fixtures/undo.ts");

jest.setTimeout(120_000);

/** Of Citus, as if this server were a node and the table one piece; but ids are told apart as if they were of three. */
const ONE_NODE = `
  CREATE FUNCTION public.run_command_on_workers(command text)
  RETURNS TABLE (nodename text, nodeport integer, success boolean, result text)
  LANGUAGE plpgsql AS $$ BEGIN EXECUTE command INTO result; success := true; RETURN NEXT; END $$;
  CREATE FUNCTION public.run_command_on_shards(name regclass, command text) RETURNS TABLE (success boolean, result text)
  LANGUAGE plpgsql AS $$ BEGIN EXECUTE replace(command, '%s', name::text) INTO result; success := true; RETURN NEXT; END $$;
  CREATE FUNCTION public.get_shard_id_for_distribution_column(name regclass, id bigint) RETURNS bigint
  LANGUAGE sql AS $$ SELECT 1 + id % 3 $$;`;

const rounds = fc.array(
  fc.record({
    arrivals: fc.array(
      fc.record({
        source: fc.constantFrom(
          "stores" as const,
          "devices" as const,
          "transactions" as const,
          "transactions" as const,
        ),
        day: fc.integer({ min: 1, max: 4 }),
        lines: linesOfSources,
      }),
      { minLength: 1, maxLength: 3 },
    ),
    follows: fc.constantFrom("replay" as const, "undo" as const, null),
  }),
  { minLength: 2, maxLength: 4 },
);

describeOnOneServer(
  "both run as if it were a node",
  "the form of statements for facts that are distributed",
  () => {
    test(
      "gives the same of a history as that for others",
      () =>
        withUndo(async (warehouse, undo) => {
          const { files, ingest, replay, verify, rows } = warehouse;
          await rows(ONE_NODE);
          // The ledger tells when files were written.
          const look = async (): Promise<unknown> => ({ ...(await known(warehouse)), ledger: undefined });
          await fc.assert(
            fc.asyncProperty(rounds, chunkRecords, async (history, CHUNK_RECORDS) => {
              const settings = { CHUNK_RECORDS, MAX_REJECT_RATIO: "1", WORKERS: "1" };
              const live = async (): Promise<unknown[]> => {
                await emptyWarehouse(warehouse);
                const seen: unknown[] = [];
                for (const { arrivals, follows } of history) {
                  for (const { source, day, lines } of arrivals)
                    await files.write(`${source}-2026-01-0${day}.csv`, HEADERS[source] + lines[source]);
                  await inChunks(CHUNK_RECORDS, () => ingest({ settings }));
                  seen.push(await look());
                  if (follows === "replay") await replay({ settings });
                  if (follows === "undo") await undo();
                  seen.push(await look());
                  expect(await verify()).toEqual([]);
                }
                return seen;
              };
              facts.areDistributed = false;
              const usual = await live();
              facts.areDistributed = true;
              try {
                expect(await live()).toEqual(usual);
              } finally {
                facts.areDistributed = false;
              }
            }),
            { numRuns: trials({ quick: 5, all: 300 }), endOnFailure: true },
          );
        }),
      HOURS_FOR_ALL,
    );

    test("has a product that lost the sale which named it named by the next one, however far below that is", () =>
      withWarehouse(async (warehouse) => {
        await warehouse.rows(ONE_NODE);
        facts.areDistributed = true;
        try {
          expect(await loseNames(warehouse)).toEqual(NAMES_LEFT);
        } finally {
          facts.areDistributed = false;
        }
      }));
  },
);
