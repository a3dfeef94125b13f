import type { ClientBase } from "pg";
import { sqlFile, type Parameters } from "../../database/sqlFile.ts";
import type { AppliedLabel } from "../recordBatch.ts";
import { labelColumns } from "./newFactLabels.ts";

const judgedLabels = sqlFile(new URL("./judgedLabels.sql", import.meta.url));

/**
 * The labels of the transactions that go into the fact, as the columns that what depends on them takes: those of new facts,
 * and of the judged ones where there are any. One may stand twice, with another highest id.
 */
export async function appliedLabels(
  client: ClientBase,
  judged: boolean,
  ofFresh: readonly AppliedLabel[],
): Promise<Parameters> {
  const ofJudged = judged ? (await judgedLabels.run<JudgedLabel>(client)).rows.map(labelOfRow) : [];
  const applied = [...ofFresh, ...ofJudged];
  return { ...labelColumns(applied), highest_transaction_ids: applied.map(({ highestId }) => highestId) };
}

interface JudgedLabel {
  readonly label_digest: string;
  readonly product_sku: string;
  readonly product_name: string;
  readonly category_name: string;
  readonly highest_transaction_id: string;
}

function labelOfRow(row: JudgedLabel): AppliedLabel {
  return {
    digest: row.label_digest,
    productSku: row.product_sku,
    productName: row.product_name,
    categoryName: row.category_name,
    highestId: Number(row.highest_transaction_id),
  };
}
