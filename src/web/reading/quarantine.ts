import type { Prisma } from "../../database/generated/client.ts";
import { openReasons, type OpenReason } from "../../runs/openQuarantine.ts";
import { clientOf } from "./database.ts";
import type { PageSource } from "./source.ts";

/** Records of one kind that wait or were rejected, with a few of them. */
export interface QuarantinedReason extends OpenReason {
  /** The newest, redacted as they are kept. */
  readonly samples: readonly QuarantineSample[];
}

export interface QuarantineSample {
  readonly path: string;
  readonly line: number;
  readonly column: string | null;
  readonly naturalKey: bigint | null;
  readonly runId: number;
  readonly fields: Prisma.JsonValue;
}

/** What the reader may read of a record. */
const SHOWN = {
  file: { select: { path: true } },
  sourceLine: true,
  columnName: true,
  runId: true,
  naturalKey: true,
  fields: true,
} as const satisfies Prisma.QuarantinedRecordSelect;

/** Of each group; fewer where there are many groups: a page is to be read. */
const [SAMPLES, FEW_SAMPLES, MANY_GROUPS] = [5, 2, 12];

export interface Quarantine {
  readonly reasons: readonly QuarantinedReason[];
  readonly resolved: number;
}

export async function readQuarantine(source: PageSource): Promise<Quarantine> {
  const client = await clientOf(source);
  const [groups, resolved] = await Promise.all([
    openReasons(client),
    client.quarantinedRecord.count({ where: { state: "resolved" } }),
  ]);
  const reasons = await Promise.all(
    groups.map(async (group) => {
      const { source: of, reason, state } = group;
      const samples = await client.quarantinedRecord.findMany({
        select: SHOWN,
        where: { source: of, reason, state },
        orderBy: { quarantineId: "desc" },
        take: groups.length > MANY_GROUPS ? FEW_SAMPLES : SAMPLES,
      });
      return {
        ...group,
        samples: samples.map((sample) => ({
          path: sample.file.path,
          line: Number(sample.sourceLine),
          column: sample.columnName,
          naturalKey: sample.naturalKey,
          runId: sample.runId,
          fields: sample.fields,
        })),
      };
    }),
  );
  return { reasons, resolved };
}
