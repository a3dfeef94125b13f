import { sqlFile } from "../database/sqlFile.ts";
import { CONTRACTS } from "../sources/contracts.ts";
import { deviceParser, type Device } from "../sources/parseDevice.ts";
import type { RecordValue } from "../sources/recordChecks.ts";
import { copyRow } from "./copyText.ts";
import { textBatch } from "./recordBatch.ts";
import { dimensionHistory } from "./history/dimensionHistory.ts";
import { anyArrived, closeMended, type SourceLoading } from "./sourceLoading.ts";

const sql = (name: string) => sqlFile(new URL(`./devices/${name}.sql`, import.meta.url));

/** How checks read the columns of the contract. */
const CHECKED: Readonly<Record<string, (device: Device) => RecordValue>> = {
  id: ({ deviceId }) => deviceId,
  type: ({ deviceType }) => deviceType,
  store_id: ({ storeId }) => storeId,
};

const createStaging = sql("createStaging");

export const deviceLoading: SourceLoading = {
  contract: CONTRACTS.devices,
  openBatch: ({ columns, tally }) =>
    textBatch(
      deviceParser(columns),
      (device, line) => copyRow([line, device.deviceId, device.storeId, device.digest, device.deviceType]),
      createStaging,
      "COPY staged_devices (source_line, device_id, store_id, digest, device_type) FROM STDIN",
      tally?.judgeOf<Device>(CHECKED),
    ),
  createStaging,
  judge: sql("judge"),
  summarise: sql("summarise"),
  prepare: [],
  correct: sql("updateDevices"),
  insert: sql("insertDevices"),
  follow: [],
  ...dimensionHistory({
    dimension: "ingestion_layer.dim_devices",
    history: "ingestion_layer.dim_devices_history",
    ...{ key: "device_key", id: "device_id" },
    attributes: ["store_key", "device_type"],
    ...{ staged: "staged_devices", judged: "judged_devices", wanted: "new_device_versions" },
  }),
  closeMended: closeMended("judged_devices", "device_id"),
  waiting: {
    quarantine: sql("quarantine"),
    arrived: anyArrived({ dimension: "ingestion_layer.dim_stores", key: "store_id" }),
    stage: sql("stageWaiting"),
    keep: sql("keepWaiting"),
  },
};
