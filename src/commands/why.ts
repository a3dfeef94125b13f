import { explain, type Explanation } from "../aggregation/why.ts";
import { EXIT_CODES } from "../lib/knownErrors.ts";
import { remedyOf } from "../sources/reasons.ts";
import { timeText } from "../lib/timeText.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

export interface WhyOptions {
  readonly json?: boolean;
}

/** `why`: where a transaction came from, or why it is not there; exit code 1 where nothing is known of it. */
export async function whyCommand(transactionId: number, options: WhyOptions): Promise<void> {
  await withDatabase(commandContext(), "answer", async (database) => {
    const explanation = await explain(database.pool, transactionId);
    const { versions, asWas, quarantined } = explanation;
    if (options.json === true)
      printJson({
        transaction_id: transactionId,
        state: stateOf(explanation),
        versions,
        as_was: asWas,
        quarantine: quarantined.map((record) => ({ ...record, remedy: remedyOf(record.reason) })),
      });
    else await printExplanation(explanation);
    if (stateOf(explanation) === "unknown") process.exitCode = EXIT_CODES.failed;
  });
}

function stateOf({ versions, quarantined }: Explanation): "loaded" | "waiting" | "rejected" | "unknown" {
  if (versions.length > 0) return "loaded";
  if (quarantined.some(({ state }) => state === "waiting")) return "waiting";
  return quarantined.length > 0 ? "rejected" : "unknown";
}

const STATES = {
  loaded: "is loaded",
  waiting: "waits in quarantine",
  rejected: "was rejected",
  unknown: "is not known: no record with that id has been read",
} as const;

async function printExplanation(explanation: Explanation): Promise<void> {
  const { transactionId, versions, asWas, quarantined } = explanation;
  print(`Transaction ${transactionId} ${STATES[stateOf(explanation)]}.`);
  if (versions.length > 0) {
    print("\nIts versions: the one that counts first, then the others, the latest first");
    await printTable(
      ["", "status", "amount", "happened", "device", "store", "SKU", "from", "of", "run", "believed"],
      versions.map((version) => [
        version.is_current ? "counts" : version.believed_from === null ? "never counted" : "counted",
        version.status,
        version.amount,
        timeText(version.happened_at),
        version.device_id,
        version.store_id,
        version.product_sku,
        `${version.path}:${version.source_line}`,
        timeText(version.stated_at),
        version.run_id,
        believedText(version.believed_from, version.believed_to),
      ]),
    );
  }
  if (asWas !== null) {
    print("\nWhen it happened");
    await printTable(
      ["device", "type", "store", "name", "address", "city", "country", "typology"],
      [
        [
          asWas.device_id,
          asWas.device_type,
          asWas.store_id,
          asWas.store_name,
          asWas.address,
          asWas.city,
          asWas.country,
          asWas.typology,
        ],
      ],
    );
  }
  if (quarantined.length > 0) {
    print("\nIn quarantine, the latest first");
    await printTable(
      ["reason", "column", "state", "file", "line", "run", "resolved by"],
      quarantined.map((record) => [
        record.reason,
        record.column,
        record.state,
        record.path,
        record.source_line,
        record.run_id,
        record.resolved_run_id,
      ]),
    );
    for (const reason of new Set(quarantined.map((record) => record.reason))) {
      const remedy = remedyOf(reason);
      if (remedy !== "") print(`${reason}: ${remedy}`);
    }
  }
}

function believedText(from: Date | null, to: Date | null): string {
  if (from === null) return "never";
  return `${timeText(from)} – ${to === null ? "now" : timeText(to)}`;
}
