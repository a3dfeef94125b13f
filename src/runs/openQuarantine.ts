import type { Prisma, PrismaClient } from "../database/generated/client.ts";
import type { QuarantineState, Source } from "../database/generated/enums.ts";

/** Records that are neither loaded since nor replaced. */
export const OPEN = {
  state: { in: ["waiting", "rejected"] },
} as const satisfies Prisma.QuarantinedRecordWhereInput;

export interface OpenReason {
  readonly source: Source;
  readonly reason: string;
  readonly state: QuarantineState;
  readonly records: number;
}

/** How many records are open for each reason, by reason. */
export async function openReasons(client: PrismaClient): Promise<OpenReason[]> {
  const groups = await client.quarantinedRecord.groupBy({
    by: ["source", "reason", "state"],
    where: { state: { in: [...OPEN.state.in] } },
    _count: true,
    orderBy: [{ reason: "asc" }, { source: "asc" }, { state: "asc" }],
  });
  return groups.map(({ _count: records, ...group }) => ({ ...group, records }));
}
