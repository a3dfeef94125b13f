import type { SourceName } from "./contracts.ts";
import type { Reason } from "./reasons.ts";

/** The smallest file that shows a reason: a header, lines, and the settings it takes. */
export interface ReasonExample {
  readonly source: SourceName;
  /** What is to be seen, for the README. */
  readonly shown: string;
  /** The first one's column is at fault. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Lines instead of a good record with those fields; `\xff` stands for that byte. */
  readonly lines?: string;
  /** Lines of NDJSON instead of that; the last one is rejected. */
  readonly objects?: string;
  /** In a workbook instead of CSV: values that begin with # are errors. */
  readonly isWorkbook?: boolean;
  /** The column at fault, where `fields` does not say it. */
  readonly column?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

const devices = (shown: string, fields: Record<string, string>): ReasonExample => ({
  source: "devices",
  shown,
  fields,
});
const transactions = (
  shown: string,
  fields: Record<string, string>,
  settings: Record<string, string> = {},
): ReasonExample => ({ source: "transactions", shown, fields, settings });
const lines = (shown: string, text: string): ReasonExample => ({ source: "devices", shown, lines: text });

const objects = (shown: string, last: string, column?: string, first = GOOD_DEVICE): ReasonExample => ({
  source: first === GOOD_DEVICE ? "devices" : "transactions",
  shown,
  objects: `${first}\n${last}\n`,
  ...(column !== undefined && { column }),
});
const GOOD_DEVICE = '{"id":1,"type":1,"store_id":1}';
const GOOD_SALE =
  '{"id":9,"device_id":1,"product_name":"Tulips","product_sku":"v1","category_name":"Flowers","amount":2.00,"status":"accepted",' +
  '"created_at":"2022-05-15T08:10:46Z","happened_at":"2022-05-15T08:10:46Z"}';

/** One example a reason. A test loads each of them; `npm run docs` puts them into the README. */
export const REASON_EXAMPLES: Readonly<Record<Reason, ReasonExample>> = {
  column_count: lines("`1,1` below `id,type,store_id`", "1,1\n"),
  stray_quote: lines('`1,1,2"4`', '1,1,2"4\n'),
  unclosed_quote: lines('`1,1,"24`', '1,1,"24\n'),
  record_in_quotes: lines('`1,1,"24` and `2,1,24` and `3,1,24"`', '1,1,"24\n2,1,24\n3,1,24"\n'),
  record_too_long: lines("a line of 2 MB", `1,1,${"2".repeat(2 << 20)}\n`),
  invalid_encoding: lines("`Café` saved as Latin-1", "1,1,\xff\n"),
  unterminated_id: {
    source: "devices",
    shown: "`1,24,12` at the end of a file with the columns `type,store_id,id`",
    lines: "type,store_id,id\n1,24,12",
  },
  no_json_object: objects('`{"id":2,"type":`', '{"id":2,"type":'),
  nested_value: objects("`[24]` as `store_id`", '{"id":2,"type":1,"store_id":[24]}', "store_id"),
  repeated_field: objects(
    '`{"id":2,"type":1,"type":3,"store_id":1}`',
    '{"id":2,"type":1,"type":3,"store_id":1}',
    "type",
  ),
  late_field: objects(
    "a `card_number`, where no object of the first megabyte has one",
    " ".repeat(1 << 20) + "\n" + GOOD_SALE.replace('"id":9', '"id":10,"card_number":"4"'),
    "card_number",
    GOOD_SALE,
  ),
  cell_error: { ...devices("`#N/A` as `type`", { type: "#N/A" }), isWorkbook: true },
  nul_byte: transactions("a product name with a byte 0", { product_name: "Tulips\0" }),
  missing_value: devices("an empty `store_id`", { store_id: "" }),
  bad_whole_number: devices("`1.5` as `type`", { type: "1.5" }),
  out_of_range: devices("`0` as `id`", { id: "0" }),
  card_like_value: transactions("`4111111111111111` as `product_sku`", { product_sku: "4111111111111111" }),
  too_long: transactions("a `product_name` of 1,001 characters", { product_name: "x".repeat(1_001) }),
  bad_amount: transactions("`1,234.00`, `1e3` or `12.345` as `amount`", { amount: "12.345" }),
  unknown_status: transactions("`paid` as `status`", { status: "paid" }),
  bad_timestamp: transactions("`02/30/2024 8:10:46`", { created_at: "02/30/2024 8:10:46" }),
  day_first: transactions("`30/01/2024 8:10:46`", { created_at: "30/01/2024 8:10:46" }),
  year_out_of_range: transactions("`01/30/1024 8:10:46`", { created_at: "01/30/1024 8:10:46" }),
  nonexistent_local_time: transactions(
    "`03/31/2024 2:30:00` with `SOURCE_TIMEZONE=Europe/Paris`",
    { created_at: "03/31/2024 2:30:00" },
    { SOURCE_TIMEZONE: "Europe/Paris" },
  ),
  ambiguous_local_time: transactions(
    "`10/27/2024 2:30:00` with `SOURCE_TIMEZONE=Europe/Paris`",
    { created_at: "10/27/2024 2:30:00" },
    { SOURCE_TIMEZONE: "Europe/Paris" },
  ),
  unknown_store: devices("a `store_id` that no stores file has had", { store_id: "404" }),
  unknown_device: transactions("a `device_id` that no devices file has had", { device_id: "404", id: "10" }),
};
