import { sqlFile } from "../database/sqlFile.ts";
import { CONTRACTS } from "../sources/contracts.ts";
import { storeParser, type Store } from "../sources/parseStore.ts";
import type { RecordValue } from "../sources/recordChecks.ts";
import { copyRow, dateKeyOf, timestampText } from "./copyText.ts";
import { textBatch } from "./recordBatch.ts";
import { dimensionHistory } from "./history/dimensionHistory.ts";
import { closeMended, type SourceLoading } from "./sourceLoading.ts";

const sql = (name: string) => sqlFile(new URL(`./stores/${name}.sql`, import.meta.url));

/** How checks read the columns of the contract. */
const CHECKED: Readonly<Record<string, (store: Store) => RecordValue>> = {
  id: ({ storeId }) => storeId,
  name: ({ storeName }) => storeName,
  address: ({ address }) => address,
  city: ({ city }) => city,
  country: ({ country }) => country,
  created_at: ({ createdAt }) => createdAt,
  typology: ({ typology }) => typology,
  customer_id: ({ customerId }) => customerId,
};

const createStaging = sql("createStaging");

export const storeLoading: SourceLoading = {
  contract: CONTRACTS.stores,
  openBatch: ({ columns, parsing, tally }) =>
    textBatch(
      storeParser(columns, parsing),
      (store, line) =>
        copyRow([
          line,
          store.storeId,
          store.customerId,
          timestampText(store.createdAt),
          store.digest,
          dateKeyOf(store.createdAt),
          store.storeName,
          store.address,
          store.city,
          store.country,
          store.typology,
        ]),
      createStaging,
      "COPY staged_stores (source_line, store_id, customer_id, created_at, digest, created_date_key, store_name, address, city, country, typology) FROM STDIN",
      tally?.judgeOf<Store>(CHECKED),
    ),
  createStaging,
  judge: sql("judge"),
  summarise: sql("summarise"),
  prepare: [sql("insertCustomers")],
  correct: sql("updateStores"),
  insert: sql("insertStores"),
  follow: [],
  ...dimensionHistory({
    dimension: "ingestion_layer.dim_stores",
    history: "ingestion_layer.dim_stores_history",
    ...{ key: "store_key", id: "store_id" },
    attributes: ["store_name", "address", "city", "country", "typology"],
    ...{ staged: "staged_stores", judged: "judged_stores", wanted: "new_store_versions" },
  }),
  closeMended: closeMended("judged_stores", "store_id"),
  atEnd: sql("markGone"),
};
