import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CASES } from "../sources/cases.ts";
import { cutLists, inReads } from "../sources/writtenFiles.ts";
import { expectAsStrict } from "./expectAsStrict.ts";
import { doubtedAmong, isAboutQuotes, lossesAmong, untouchedBy, withinDoubt } from "./losses.ts";
import { anySource, filesWithAQuoteAmiss, mutatedFiles, type MutatedFile } from "./mutatedFile.ts";
import { KINDS } from "./mutation.ts";
import { readAsLoaded, type Outcome } from "./readAsLoaded.ts";
import type { WrittenFile } from "./writtenFile.ts";

const outcomesIn = async ({ bytes }: WrittenFile, { source }: MutatedFile): Promise<readonly Outcome[]> => {
  const reading = await readAsLoaded([bytes], { source });
  if ("refusal" in reading) throw new Error(`a good file was refused: ${reading.refusal}`);
  return reading.outcomes;
};

/** Untouched records of a mutated file, with what they came to in the files that it was made of. */
async function untouchedIn(mutated: MutatedFile) {
  const { file, another, harm, bytes, dialect } = mutated;
  const ofFile = await outcomesIn(file, mutated);
  const ofAnother = harm.suffixOf === another ? await outcomesIn(another, mutated) : [];
  return untouchedBy(file, harm, bytes, dialect, (whole) => (whole === file ? ofFile : ofAnother));
}

/** Of fewer, by chance none might cost its neighbour: one in forty does. */
const QUOTES_AMISS = 500;

describe("a file that came to harm", () => {
  const tally = { kinds: new Set<string>(), refused: 0, accepted: 0, rejected: 0, kept: 0, neighbours: 0 };

  test("says what its bytes say or is rejected, line by line, and what was not harmed stays as it was", async () => {
    await fc.assert(
      fc.asyncProperty(mutatedFiles(anySource, 5), cutLists, async (mutated, cuts) => {
        const { source, dialect, file, harm, bytes, kind } = mutated;
        const reading = await readAsLoaded([bytes], { source });
        expect(await readAsLoaded(inReads(bytes, cuts), { source, chunkRecords: 1 })).toEqual(reading);
        expectAsStrict(reading, bytes, source, dialect.delimiter);

        tally.kinds.add(kind);
        if ("refusal" in reading) {
          // Nothing but a header can cost the file.
          expect(harm.start).toBeLessThan(file.headerEnd);
          tally.refused += 1;
          return;
        }
        const { outcomes } = reading;
        const accepted = outcomes.filter((outcome) => "accepted" in outcome);
        tally.accepted += accepted.length;
        tally.rejected += outcomes.length - accepted.length;
        const untouched = await untouchedIn(mutated);
        if (harm.start < file.headerEnd) {
          // Under another header records may read otherwise, as the strict reader has said; none may be missing.
          const lines = outcomes.map(({ line }) => line);
          expect(lines).toEqual(expect.arrayContaining(untouched.map(({ line }) => line)));
          return;
        }
        const lost = lossesAmong(untouched, outcomes);
        expect(lost.length).toBeLessThanOrEqual(isAboutQuotes(file, harm, untouched) ? 1 : 0);
        const doubted = doubtedAmong(untouched, outcomes);
        expect(withinDoubt(harm, untouched)).toEqual(expect.arrayContaining(doubted));
        tally.kept += untouched.length - lost.length - doubted.length;
        tally.neighbours += lost.length;
      }),
      { numRuns: CASES },
    );
    // Of files that are all refused, or of mutations of one kind, nothing would be said above.
    expect([...tally.kinds].sort()).toEqual([...KINDS].sort());
    expect(tally.refused).toBeGreaterThan(CASES / 20);
    expect(tally.kept).toBeGreaterThan(CASES);
    expect(tally.accepted).toBeGreaterThan(CASES);
    expect(tally.rejected).toBeGreaterThan(CASES / 4);
  }, 600_000);

  test("costs, where a quote is missing or too many, at most its neighbour and what is in doubt up to the next quote", async () => {
    const tally = { inDoubt: 0, mostInDoubt: 0, neighbours: 0, kept: 0 };
    await fc.assert(
      fc.asyncProperty(filesWithAQuoteAmiss, async (mutated) => {
        const { source, dialect, harm, bytes } = mutated;
        const reading = await readAsLoaded([bytes], { source });
        expectAsStrict(reading, bytes, source, dialect.delimiter);
        if ("refusal" in reading) throw new Error(reading.refusal);
        const untouched = await untouchedIn(mutated);
        const lost = lossesAmong(untouched, reading.outcomes);
        const doubted = doubtedAmong(untouched, reading.outcomes);

        expect(lost.length).toBeLessThanOrEqual(1);
        expect(withinDoubt(harm, untouched)).toEqual(expect.arrayContaining(doubted));

        tally.inDoubt += doubted.length > 0 ? 1 : 0;
        tally.mostInDoubt = Math.max(tally.mostInDoubt, doubted.length);
        tally.neighbours += lost.length;
        tally.kept += untouched.length - lost.length - doubted.length;
      }),
      { numRuns: QUOTES_AMISS },
    );
    // Else nothing was said of doubt, or of what it leaves alone.
    expect(tally.inDoubt).toBeGreaterThan(QUOTES_AMISS / 20);
    expect(tally.mostInDoubt).toBeGreaterThan(5);
    expect(tally.neighbours).toBeGreaterThan(0);
    expect(tally.kept).toBeGreaterThan(10 * QUOTES_AMISS);
  }, 600_000);

  test("says the same in two reads that part anywhere, and byte by byte", async () => {
    await fc.assert(
      fc.asyncProperty(mutatedFiles(anySource, 2), async ({ source, bytes }) => {
        const whole = await readAsLoaded([bytes], { source });
        const places = Array.from(bytes, (_, place) => place);
        for (const place of places)
          expect(await readAsLoaded(inReads(bytes, [place]), { source, chunkRecords: 1 })).toEqual(whole);
        expect(await readAsLoaded(inReads(bytes, places), { source, chunkRecords: 1 })).toEqual(whole);
      }),
      { numRuns: CASES / 500 },
    );
  }, 600_000);
});
