import { sqlFile } from "../database/sqlFile.ts";
import { CONTRACTS } from "../sources/contracts.ts";
import { transactionParser, type Transaction } from "../sources/parseTransaction.ts";
import { copyRow, dateKeyOf, timestampText } from "./copyText.ts";
import type { SourceLoading } from "./sourceLoading.ts";

const sql = (name: string) => sqlFile(new URL(`./transactions/${name}.sql`, import.meta.url));

export const transactionLoading: SourceLoading<Transaction> = {
  contract: CONTRACTS.transactions,
  parser: transactionParser,
  copyStatement:
    "COPY staged_transactions (source_line, transaction_id, device_id, created_at, happened_at, digest, label_digest, card_token, created_date_key, happened_date_key, status, amount, card_last4, product_sku, product_name, category_name) FROM STDIN",
  copyRow: (transaction, line) =>
    copyRow([
      line,
      transaction.transactionId,
      transaction.deviceId,
      timestampText(transaction.createdAt),
      timestampText(transaction.happenedAt),
      transaction.digest,
      transaction.labelDigest,
      transaction.card?.token ?? null,
      dateKeyOf(transaction.createdAt),
      dateKeyOf(transaction.happenedAt),
      transaction.status,
      transaction.amount,
      transaction.card?.last4 ?? null,
      transaction.productSku,
      transaction.productName,
      transaction.categoryName,
    ]),
  createStaging: sql("createStaging"),
  judge: sql("judge"),
  summarise: sql("summarise"),
  prepare: [sql("insertProducts"), sql("insertLabels")],
  correct: sql("correctFacts"),
  insert: sql("insertFacts"),
  aroundInsert: { before: sql("checkKeysAsSets"), after: sql("checkKeysByRow") },
  follow: [sql("renameProducts")],
  followCorrections: [sql("renameProductsLeft")],
  confirm: sql("confirmFacts"),
  closeMended: sql("closeMended"),
  waiting: { quarantine: sql("quarantine"), stage: sql("stageWaiting"), close: sql("closeWaiting") },
};
