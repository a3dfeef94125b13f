import type { TableName } from "../../database/model/model.ts";

/** Where the page of a table or view is. */
export function addressOf({ schema, name }: TableName): string {
  return `/model/${schema}.${name}`;
}
