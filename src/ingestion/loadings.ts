import type { SourceName } from "../sources/contracts.ts";
import { deviceLoading } from "./deviceLoading.ts";
import type { SourceLoading } from "./sourceLoading.ts";
import { storeLoading } from "./storeLoading.ts";
import { transactionLoading } from "./transactionLoading.ts";

/** How each source is loaded. */
export const LOADINGS: Readonly<Record<SourceName, SourceLoading>> = {
  stores: storeLoading,
  devices: deviceLoading,
  transactions: transactionLoading,
};
