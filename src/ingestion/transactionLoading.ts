import { sqlFile } from "../database/sqlFile.ts";
import { CONTRACTS } from "../sources/contracts.ts";
import { foldWrites } from "./rollups/foldWrites.ts";
import { anyArrived, closeMended, noteStated, triedStatements, type SourceLoading } from "./sourceLoading.ts";
import { appliedLabels } from "./transactions/appliedLabels.ts";
import { bringKnown, BROUGHT, LOOKED_UP } from "./transactions/known/bringKnown.ts";
import { judgedReferences } from "./transactions/lockReferences.ts";
import { withKeysCheckedAsSets } from "./transactions/keysAsSets.ts";
import { renameProductsLeft } from "./transactions/naming/renameProductsLeft.ts";
import { createStaging, transactionBatch } from "./transactions/transactionBatch.ts";

const sql = (name: string) => sqlFile(new URL(`./transactions/${name}.sql`, import.meta.url));

export const transactionLoading: SourceLoading = {
  contract: CONTRACTS.transactions,
  openBatch: transactionBatch,
  createStaging,
  judge: sqlFile(new URL("./transactions/judge.sql", import.meta.url), LOOKED_UP, { identifiers: BROUGHT }),
  bringKnown,
  summarise: sql("summarise"),
  appliedLabels,
  prepare: [sql("insertProducts"), sql("insertLabels")],
  keepVersions: sql("keepVersions"),
  noteStated: noteStated("judged_transactions", "transaction_id"),
  correct: sql("correctFacts"),
  insert: sql("insertFacts"),
  findReferences: judgedReferences,
  aroundWrites: withKeysCheckedAsSets,
  inStep: foldWrites,
  follow: [sql("renameProducts")],
  followCorrections: renameProductsLeft,
  closeMended: closeMended("judged_transactions", "transaction_id"),
  tried: {
    ...triedStatements("staged_transactions", "judged_transactions"),
    findFormer: sql("findFormerStores"),
    close: sql("closeTried"),
  },
  waiting: {
    quarantine: sql("quarantine"),
    arrived: anyArrived({ dimension: "ingestion_layer.dim_devices", key: "device_id" }),
    stage: sql("stageWaiting"),
    keep: sql("keepWaiting"),
  },
};
