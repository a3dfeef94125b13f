import { z } from "zod";
import type { ViewKeys } from "./viewKeys.ts";

/**
 * What Studio's page asks the catalogue for: `[error, rows]`, a row a table or view. `pk` is a column's place in the
 * primary key, from 1.
 */
const answerSchema = z.tuple([
  z.null(),
  z.array(
    z.looseObject({
      schema: z.string(),
      name: z.string(),
      columns: z.array(
        z.looseObject({
          name: z.string(),
          datatype: z.string(),
          computed: z.boolean(),
          pk: z.number().nullable(),
        }),
      ),
    }),
  ),
]);
type Answer = z.infer<typeof answerSchema>;
type Relation = Answer[1][number];

/** PostgreSQL has no order for these, and Studio sorts by the key. */
const WITHOUT_ORDER = ["json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle"];

/** Whether the body of a request may be the question for the catalogue: only then is its answer worth reading. */
export function mayAskForCatalogue(requestBody: Buffer): boolean {
  return requestBody.includes("pg_class");
}

/**
 * The answer to the question for the catalogue, in which every view has a key. Studio knows rows by their primary
 * key and folds all rows of a relation without one into a single row (prisma/studio#1349).
 *
 * @returns undefined when the text is no such answer, and so has to stay as it is
 */
export function withKeys(answer: string, viewKeys: ViewKeys): string | undefined {
  const parsed = answerSchema.safeParse(jsonOf(answer));
  if (!parsed.success) return undefined;
  const [error, relations] = parsed.data;
  return JSON.stringify([error, relations.map((relation) => withKey(relation, viewKeys))]);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of a relation that declares nothing, all columns together are the key: only rows equal in all of them fold. */
function withKey(relation: Relation, viewKeys: ViewKeys): Relation {
  if (relation.columns.some(({ pk }) => pk !== null)) return relation;
  const key =
    viewKeys.get(`${relation.schema}.${relation.name}`) ??
    relation.columns
      .filter(({ datatype }) => !WITHOUT_ORDER.includes(datatype.replace(/^_/, "")))
      .map(({ name }) => name);
  const columns = relation.columns.map((column) => ({
    ...column,
    pk: key.includes(column.name) ? key.indexOf(column.name) + 1 : null,
    // Studio lets nobody type into a computed column. Without a real key, a change could hit other rows as well.
    computed: true,
  }));
  return { ...relation, columns };
}
