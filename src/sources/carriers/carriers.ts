import type { Form, Packing } from "./carrier.ts";
import { csv } from "./csv.ts";
import { gzip } from "./gzip.ts";
import { ndjson } from "./ndjson.ts";
import { xlsx } from "./xlsx.ts";
import { zstd } from "./zstd.ts";

/** What files may be packed in. A line here, and a file and a test of its own, make a new one. */
export const PACKINGS: readonly Packing[] = [gzip, zstd];

/** How records may be written in them; the first that a file begins as. What is none of the others is read as CSV. */
export const FORMS: readonly Form[] = [ndjson, xlsx, csv];

const ENDINGS = FORMS.flatMap(({ endings }) => endings);
const PACKED_ENDINGS = PACKINGS.map(({ ending }) => ending);

/** Whether a file is looked at by its name. What it is in truth is told by its bytes. */
export function isDataFileName(name: string): boolean {
  const lower = name.toLowerCase();
  const packed = PACKED_ENDINGS.find((ending) => lower.endsWith(ending)) ?? "";
  const within = lower.slice(0, lower.length - packed.length);
  return ENDINGS.some((ending) => within.endsWith(ending));
}
