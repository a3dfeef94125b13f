import { sqlFile } from "../database/sqlFile.ts";
import { CONTRACTS } from "../sources/contracts.ts";
import { storeParser, type Store } from "../sources/parseStore.ts";
import { copyRow, dateKeyOf, timestampText } from "./copyText.ts";
import type { SourceLoading } from "./sourceLoading.ts";

const sql = (name: string) => sqlFile(new URL(`./stores/${name}.sql`, import.meta.url));

export const storeLoading: SourceLoading<Store> = {
  contract: CONTRACTS.stores,
  parser: storeParser,
  copyStatement:
    "COPY staged_stores (source_line, store_id, customer_id, created_at, digest, created_date_key, store_name, address, city, country, typology) FROM STDIN",
  copyRow: (store, line) =>
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
  createStaging: sql("createStaging"),
  judge: sql("judge"),
  summarise: sql("summarise"),
  prepare: [sql("insertCustomers")],
  correct: sql("updateStores"),
  insert: sql("insertStores"),
  follow: [],
  followCorrections: [],
  closeMended: sql("closeMended"),
};
