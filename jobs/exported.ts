import type { ExportFormatName } from "../src/aggregation/export/exportFormats.ts";
import { exportView } from "../src/aggregation/export/exportView.ts";
import { readsFactsOnNodes } from "../src/aggregation/export/readsFacts.ts";
import { waitUntilWhole } from "../src/database/distribution/wholeCommits.ts";
import type { ModelTable } from "../src/database/model/model.ts";
import { inSnapshotOnceOn } from "../src/database/snapshot.ts";
import type { JobContext } from "./job.ts";
import { withOwnSession } from "./ownSession.ts";

/** Which rows, and as what. */
export interface Exported {
  readonly view: ModelTable;
  readonly format: ExportFormatName;
  /** Told of each thousand how many rows it has. */
  readonly onRows: (count: number) => void;
}

/**
 * Gives `write` all rows of a view, of one moment, as text in pieces. Where the nodes of a cluster are asked for them, what was
 * committed before is whole on all of them.
 *
 * @throws TillhouseError `run_stopped`, `database_connection_lost` where a node is away, and what `write` throws
 */
export function writeExported(
  job: Pick<JobContext, "database" | "stopping">,
  { view, format, onRows }: Exported,
  write: (text: AsyncGenerator<string>) => Promise<void>,
): Promise<void> {
  return withOwnSession(job, async (client) => {
    if (await readsFactsOnNodes(client, view)) await waitUntilWhole(client);
    await inSnapshotOnceOn(client, () => write(exportView(client, view, format, onRows)));
  });
}
