import type { VNode } from "preact";
import { visible } from "../../lib/visible.ts";
import type { FileOfRun, RunWithFiles } from "../reading/runs.ts";
import { Card } from "./card.tsx";
import { NamedState } from "./state.tsx";
import { bytesText, countText, durationText, Foreign, several } from "./values.tsx";

interface AtWorkProps {
  readonly run: RunWithFiles;
  readonly now: Date;
  /** On another page than its own. */
  readonly isElsewhere?: boolean;
}

/** A run that is at work, with how far it is. */
export function AtWork({ run, now, isElsewhere }: AtWorkProps): VNode {
  const took = now.getTime() - run.startedAt.getTime();
  const open = run.files.filter(({ file }) => file.status === "loading");
  return (
    <Card
      title={`Run ${run.runId} is at work: ${run.job}`}
      aside={
        isElsewhere === true && (
          <a href={`/runs/${run.runId}`} class="small">
            All of run {run.runId}
          </a>
        )
      }
    >
      <p>
        <NamedState name="running" /> for {durationText(took)}; {several(run.recordsRead, "record")} read,{" "}
        {countText(run.loaded)} loaded{perSecond(run.recordsRead, took)}.
      </p>
      {open.map((file) => (
        <FileProgress key={file.file.path} of={file} />
      ))}
    </Card>
  );
}

function perSecond(records: bigint, tookMs: number): string {
  const rate = tookMs < 1_000 ? 0 : (Number(records) / tookMs) * 1_000;
  return rate < 1 ? "" : `, ${countText(Math.round(rate))} a second`;
}

/** How much of a file is committed. */
function FileProgress({ of }: { readonly of: FileOfRun }): VNode {
  const { path, committedBytes, sizeBytes } = of.file;
  const [done, all] = [Number(committedBytes), Number(sizeBytes)];
  return (
    <div>
      <p class="small">
        <Foreign text={path} />: {bytesText(done)} of {bytesText(all)} committed
      </p>
      <progress
        max={Math.max(all, 1)}
        value={Math.min(done, all)}
        aria-label={`Committed of ${visible(path)}`}
      />
    </div>
  );
}
