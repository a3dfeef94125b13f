import { z } from "zod";
import { SOURCES, type SourceName } from "./sourceNames.ts";

/** What is done with a file whose columns are not those of the last file of its source: nothing is loaded, it is told, or not. */
export const SCHEMA_POLICIES = ["fail", "warn", "ignore"] as const;
export type SchemaPolicy = (typeof SCHEMA_POLICIES)[number];

export type SchemaPolicies = Readonly<Record<SourceName, SchemaPolicy>>;

/** Of sources that nothing is said of. */
const UNSAID: SchemaPolicy = "warn";

const isOneOf = <Word extends string>(words: readonly Word[], text: string): text is Word =>
  (words as readonly string[]).includes(text);

/** One policy for all sources, `source=policy` for some, or both: `fail,devices=ignore`. Each may be said once. */
export const schemaPolicies = z
  .string()
  .transform((text, context): SchemaPolicies => {
    const said = new Map<string, SchemaPolicy>();
    for (const part of text.split(",")) {
      const [first = "", second, ...more] = part.split("=").map((word) => word.trim());
      const [source, policy] = second === undefined ? ["", first] : [first, second];
      const isKnown = (source === "" && second === undefined) || isOneOf(SOURCES, source);
      if (!isKnown || !isOneOf(SCHEMA_POLICIES, policy) || more.length > 0 || said.has(source)) {
        context.addIssue(
          "must be fail, warn or ignore, or say so by source (stores, devices, transactions), each once",
        );
        return z.NEVER;
      }
      said.set(source, policy);
    }
    const others = said.get("") ?? UNSAID;
    const of = (source: SourceName): SchemaPolicy => said.get(source) ?? others;
    return { stores: of("stores"), devices: of("devices"), transactions: of("transactions") };
  })
  .describe("fail, warn or ignore; or by source, as in stores=fail,devices=ignore");
