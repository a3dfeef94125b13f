import { digestOf } from "./cards.ts";
import { parseId, parseSmallNumber } from "./fields.ts";
import type { BoundColumns } from "./header.ts";
import { FIELD_SEPARATOR, RecordReader, type RecordParser } from "./parsing.ts";

/** A payment device as an export describes it. */
export interface Device {
  readonly deviceId: number;
  readonly deviceType: number;
  readonly storeId: number;
  /** Of all fields. */
  readonly digest: string;
}

/** A parser for the records of one devices file. */
export function deviceParser(columns: BoundColumns): RecordParser<Device> {
  const reader = new RecordReader(columns);
  return (fields) => {
    reader.begin(fields);
    const deviceId = reader.take("id", parseId, 0);
    const deviceType = reader.take("type", parseSmallNumber, 0);
    const storeId = reader.take("store_id", parseId, 0);
    if (reader.rejection !== null) {
      return { rejected: reader.rejection, naturalKey: reader.keptKey(deviceId) };
    }
    const digest = digestOf([deviceId, deviceType, storeId].join(FIELD_SEPARATOR));
    return { accepted: { deviceId, deviceType, storeId, digest }, warnings: [] };
  };
}
