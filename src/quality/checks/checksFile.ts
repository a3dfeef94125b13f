import { z } from "zod";
import { SOURCES } from "../../sources/contracts.ts";
import { SEVERITIES } from "../../sources/recordChecks.ts";
import { SUMS } from "./check.ts";

/** A mapping of these keys and no others; what else is there is told with what could be. */
function mapping<Shape extends z.ZodRawShape>(what: string, shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `${issue.keys.map((key) => JSON.stringify(key)).join(", ")} is not known in ${what}: there are ${Object.keys(shape).join(", ")}`
        : `must be ${what}: a mapping with ${Object.keys(shape).join(", ")}`,
  });
}

const list = <T extends z.ZodType>(what: string, item: T) =>
  z.array(item, { error: `must be a list of ${what}` });

/** Nothing behind a key means the same as an empty mapping: `row_count:`. */
const orNothing = <T extends z.ZodType>(schema: T) => z.preprocess((value) => value ?? {}, schema).optional();

const matching = (form: RegExp, error: string) => z.string({ error }).regex(form, { error });
const columnName = matching(/^[a-z_][a-z0-9_]*$/, "must be the name of a column, such as amount");
const modelName = matching(
  /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/,
  "must be the name of a table or view, such as fct_transactions or ingestion_layer.fct_transactions",
);
const durationMs = matching(
  /^[1-9]\d{0,5}[mhd]$/,
  "must be minutes, hours or days, such as 90m, 36h or 3d",
).transform(
  (text) => Number(text.slice(0, -1)) * ({ m: 60_000, h: 3_600_000, d: 86_400_000 }[text.slice(-1)] ?? 0),
);

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;
const BOUND =
  "must be a number, or a time such as 2020-01-31 or 2020-01-31T12:00Z (UTC unless it says otherwise)";
const bound = z.union([z.number(), z.string().regex(ISO_TIME).transform(toTime)], { error: BOUND });

function toTime(text: string, context: z.RefinementCtx): Date {
  const hasZone = /Z$|T.*[+-]\d{2}:\d{2}$| .*[+-]\d{2}:\d{2}$/.test(text);
  const iso = text.replace(" ", "T");
  const time = new Date(hasZone || iso.length === "2020-01-31".length ? iso : `${iso}Z`);
  if (Number.isNaN(time.getTime())) context.addIssue({ code: "custom", message: BOUND });
  return time;
}

const value = z.union([z.string(), z.number(), z.boolean()], { error: "must be a text or a number" });
const values = z
  .array(value, { error: "must be a list of values, such as [accepted, refused]" })
  .min(1, { error: "must hold a value at least" })
  .transform((all) => all.map(String));

const common = {
  severity: z.enum(SEVERITIES, { error: "must be warn or error" }).default("error"),
  name: matching(
    /^[a-z0-9_][a-z0-9_.-]{0,119}$/,
    "must be a name of small letters, digits, dots, dashes and underscores",
  ).optional(),
};

const range = mapping("a range", { min: bound.optional(), max: bound.optional(), ...common }).superRefine(
  ({ min, max }, context) => {
    const problem =
      min === undefined && max === undefined
        ? "needs min, max or both"
        : min !== undefined && max !== undefined && (typeof min !== typeof max || min > max)
          ? "needs a min that is not above its max, and both of one kind"
          : undefined;
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  },
);

const ofRecords = {
  not_null: orNothing(mapping("not_null", common)),
  accepted_values: mapping("accepted_values", { values, ...common }).optional(),
  range: range.optional(),
};
const ofColumns = {
  unique: orNothing(mapping("unique", common)),
  ...ofRecords,
  relationships: mapping("relationships", { to: modelName, column: columnName, ...common }).optional(),
};
const ofModels = {
  unique: mapping("unique", {
    columns: list("columns", columnName).min(1, { error: "must name a column at least" }),
    ...common,
  }).optional(),
};

/** One check: its kind alone, or with what it needs. */
function item<Shape extends z.ZodRawShape>(shape: Shape) {
  const kinds = Object.keys(shape).join(", ");
  return z.preprocess(
    (given) => (typeof given === "string" ? { [given]: {} } : given),
    mapping("a check", shape).refine((given) => Object.keys(given).length === 1, {
      error: `must be one check: ${kinds}`,
    }),
  );
}

const columnsWith = <Shape extends z.ZodRawShape>(checks: Shape) =>
  list("columns", mapping("a column", { name: columnName, checks: list("checks", item(checks)) })).default(
    [],
  );

/** A file of checks, as it is written. */
export const checksFileSchema = mapping("the checks", {
  models: list(
    "models",
    mapping("a model", {
      name: modelName,
      checks: list("checks", item(ofModels)).default([]),
      columns: columnsWith(ofColumns),
    }),
  ).default([]),
  sources: list(
    "sources",
    mapping("a source", {
      name: z.enum(SOURCES, { error: `must be ${SOURCES.join(", ")}` }),
      columns: columnsWith(ofRecords),
      row_count: orNothing(mapping("row_count", common)),
      freshness: mapping("freshness", {
        warn_after: durationMs.optional(),
        error_after: durationMs.optional(),
        ...common,
      })
        .refine(({ warn_after: warn, error_after: error }) => (warn ?? error) !== undefined, {
          error: "needs warn_after, error_after or both, such as 36h",
        })
        .refine(({ warn_after: warn = 0, error_after: error = Infinity }) => warn < error, {
          error: "needs a warn_after that is shorter than its error_after",
        })
        .optional(),
    }),
  ).default([]),
  sums: list(
    "sums",
    mapping("a sum", { of: z.enum(SUMS, { error: `must be ${SUMS.join(" or ")}` }), ...common }),
  ).default([]),
});

export type ChecksFile = z.infer<typeof checksFileSchema>;
