import type { BenchOptions } from "./benchOptions.ts";
import { whyNoPeers } from "./peers/peersFolder.ts";
import type { Skipped } from "./report/benchReport.ts";
import type { BenchServer } from "./server/benchServer.ts";
import { dbtSide } from "./sides/dbtSide.ts";
import { dltSide } from "./sides/dltSide.ts";
import { handwrittenSide, whyNoHandwritten } from "./sides/handwrittenSide.ts";
import { SIDE_NAMES, type Side, type SideName, type Workshop } from "./sides/side.ts";
import { tillhouseSide } from "./sides/tillhouseSide.ts";

/** Who is compared, on how many rows. */
export interface PlannedComparison {
  readonly rows: number;
  readonly names: readonly SideName[];
}

interface Kind {
  readonly make: (workshop: Workshop) => Side;
  /** Why it cannot run on this machine and server, in a sentence; undefined when it can. */
  readonly whyNot: (server: BenchServer) => string | undefined;
  /** It would take very long over as many rows as the others. */
  readonly isPeer: boolean;
}

const KINDS: Readonly<Record<SideName, Kind>> = {
  tillhouse: { make: tillhouseSide, whyNot: () => undefined, isPeer: false },
  handwritten: { make: handwrittenSide, whyNot: whyNoHandwritten, isPeer: false },
  dbt: { make: dbtSide, whyNot: whyNoPeers, isPeer: true },
  dlt: { make: dltSide, whyNot: whyNoPeers, isPeer: true },
};

/** The sides of a comparison, Tillhouse first. */
export function makeSides(names: readonly SideName[], workshop: Workshop): Side[] {
  return SIDE_NAMES.filter((name) => names.includes(name)).map((name) => KINDS[name].make(workshop));
}

/**
 * Leaves out who cannot run here, and gives the peers a comparison of their own, in which Tillhouse loads as many rows as
 * they do.
 */
export function planComparisons(
  { sides, rows, peerRows }: Pick<BenchOptions, "sides" | "rows" | "peerRows">,
  server: BenchServer,
): { comparisons: PlannedComparison[]; skipped: Skipped[] } {
  const skipped = sides.flatMap((side) => {
    const reason = KINDS[side].whyNot(server);
    return reason === undefined ? [] : [{ side, reason }];
  });
  const able = sides.filter((name) => !skipped.some(({ side }) => side === name));
  const peers = able.filter((name) => KINDS[name].isPeer);
  const others = able.filter((name) => !KINDS[name].isPeer);
  const besides: SideName[] = peers.length === 0 ? [] : ["tillhouse", ...peers];
  const comparisons =
    rows === peerRows
      ? [{ rows, names: [...others, ...besides] }]
      : [
          { rows, names: others },
          { rows: peerRows, names: besides },
        ];
  return { comparisons: comparisons.filter(({ names }) => names.length > 0), skipped };
}
