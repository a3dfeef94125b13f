/** A `model`, `view` or `enum` of a Prisma schema, as it stands there. */
export interface SchemaBlock {
  readonly keyword: "model" | "view" | "enum";
  readonly name: string;
  readonly description: string;
  readonly fields: readonly SchemaField[];
  /** What is said of it as a whole, such as `@@map("dim_stores")`, a line each. */
  readonly attributes: string;
}

/** A field of a model or view; of an enum, a value, which has no type. */
export interface SchemaField {
  readonly name: string;
  readonly type: string;
  readonly isList: boolean;
  readonly isOptional: boolean;
  readonly attributes: string;
  readonly description: string;
}

const OPENING = /^(model|view|enum|generator|datasource) (\w+) \{$/;
const FIELD = /^(\w+)(?: +(Unsupported\("\w+"\)|[A-Z]\w*)(\[\])?(\?)?)?(?: +(@.*))?$/;

interface Draft {
  readonly keyword: string;
  readonly name: string;
  readonly description: string;
  readonly fields: SchemaField[];
  readonly attributes: string[];
}

/**
 * Reads a schema as `prisma format` writes it: one field a line, its meaning in `///` lines above it. `generator` and
 * `datasource` are passed over.
 *
 * @throws Error that names the line, where one is none of these
 */
export function schemaBlocks(schema: string): SchemaBlock[] {
  const blocks: Draft[] = [];
  let open: Draft | undefined;
  let comment: string[] = [];
  for (const [index, written] of schema.split("\n").entries()) {
    const line = written.trim();
    if (line.startsWith("///")) {
      comment.push(line.slice(3).trim());
      continue;
    }
    const description = comment.join(" ");
    comment = [];
    if (line === "" || line.startsWith("//")) continue;
    const [, keyword, name = ""] = OPENING.exec(line) ?? [];
    if (keyword !== undefined) {
      open = { keyword, name, description, fields: [], attributes: [] };
      blocks.push(open);
    } else if (open === undefined) {
      throw new Error(`line ${index + 1} of the schema is in no block: ${line}`);
    } else if (line === "}") {
      open = undefined;
    } else if (line.startsWith("@@")) {
      open.attributes.push(line);
    } else if (isDescribed(open)) {
      open.fields.push(fieldOf(line, index + 1, description));
    }
  }
  return blocks.flatMap((block) =>
    isDescribed(block) ? [{ ...block, attributes: block.attributes.join("\n") }] : [],
  );
}

function isDescribed(block: Draft): block is Draft & Pick<SchemaBlock, "keyword"> {
  return ["model", "view", "enum"].includes(block.keyword);
}

function fieldOf(line: string, lineNumber: number, description: string): SchemaField {
  const found = FIELD.exec(line);
  if (found === null) throw new Error(`line ${lineNumber} of the schema cannot be read: ${line}`);
  const [, name = "", type = "", list, optional, attributes = ""] = found;
  return {
    ...{ name, type, attributes, description },
    isList: list !== undefined,
    isOptional: optional !== undefined,
  };
}
