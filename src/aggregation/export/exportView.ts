import type { ClientBase } from "pg";
import type { ModelColumn, ModelTable } from "../../database/model/model.ts";
import { sqlFile } from "../../database/sqlFile.ts";
import { exportedAs } from "./exportedValue.ts";
import { EXPORT_FORMATS, type ExportFormat, type ExportFormatName } from "./exportFormats.ts";

const setUpExport = sqlFile(new URL("./setUpExport.sql", import.meta.url));
const fetchExported = sqlFile(new URL("./fetchExported.sql", import.meta.url));

/**
 * All rows of a view as text, in the order of its key: read as they are asked for, a thousand at a time.
 *
 * @param client in a transaction of one snapshot
 * @param onRows told of each thousand how many rows it has
 * @yields pieces of the text, in their order
 */
export async function* exportView(
  client: ClientBase,
  view: ModelTable,
  formatName: ExportFormatName,
  onRows: (count: number) => void,
): AsyncGenerator<string> {
  const format: ExportFormat = EXPORT_FORMATS[formatName];
  const columns = view.columns.map(({ name }) => name);
  const read = view.columns.map(({ type }) => exportedAs(type));
  const declareExported = sqlFile(new URL("./declareExported.sql", import.meta.url), {
    columns,
    view: `${view.schema}.${view.name}`,
    key: view.key.map((name) =>
      inOrder(
        view.columns.find((column) => column.name === name),
        name,
      ),
    ),
  });
  await setUpExport.run(client);
  await declareExported.run(client);
  yield format.begin(columns);
  for (let areFirst = true; ; areFirst = false) {
    const texts = await fetchExported.texts(client);
    if (texts.length === 0) break;
    const rows = texts.map((row) =>
      row.map((text, index) => (text === null ? null : (read[index]?.(text) ?? text))),
    );
    onRows(rows.length);
    yield format.rows(columns, rows, areFirst);
  }
  yield format.end;
}

/** Texts stand in the order of their code points, as in the answers. */
function inOrder(column: ModelColumn | undefined, name: string): string {
  return column?.type === "text" ? `${name} COLLATE "C"` : name;
}
