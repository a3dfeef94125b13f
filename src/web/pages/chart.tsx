import type { VNode } from "preact";
import type { Drawn } from "../charts/bars.ts";

/** A chart. What it says stands in a table beside it; `label` says it in a sentence to whoever does not see it. */
export function Chart({ drawn, label }: { readonly drawn: Drawn; readonly label: string }): VNode {
  const inside = (svg: string) => ({ dangerouslySetInnerHTML: { __html: svg } });
  return (
    <figure class="chart" role="img" aria-label={label}>
      <div class="broad" {...inside(drawn.broad)} />
      <div class="narrow" {...inside(drawn.narrow)} />
    </figure>
  );
}
