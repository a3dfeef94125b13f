import { describe, expect, jest, test } from "@jest/globals";
import { forgetSales } from "../fixtures/forgottenSales.ts";
import { digests, facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import { withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { faultTally, type Verdict } from "./harness/faultTally.ts";
import { trials } from "../fixtures/trials.ts";

jest.setTimeout(600_000);

const NAME = "transactions.csv";
const SETTINGS = { MAX_REJECT_RATIO: "1" };

const ID_FIRST = [
  "id,device_id,product_name,product_sku,category_name,amount,status,created_at,happened_at",
  '12,1,"Roses, ""red""\nand white",A,Flowers,749.50,accepted,02/01/2022 9:00:00,02/01/2022 9:00:46',
  "123,2,Tulips,B,,5,refused,02/01/2022 10:11:12,02/01/2022 10:11:12",
  "",
].join("\n");
/** What is cut of an id that stands last is another id. */
const ID_LAST = [
  "device_id,product_name,product_sku,category_name,amount,status,created_at,happened_at,card_number,id",
  '1,"Roses,\r\n""red""",A,"",1,accepted,02/01/2022 9:00:00,02/01/2022 9:00:46,4111 1111 1111 1111,12',
  '2,Tulips,B,,5.25,accepted,02/01/2022 10:11:12,02/01/2022 10:11:12,,"1234"',
  "",
].join("\r\n");

/** All that a load leaves, but for what was rejected on the way and is settled. */
async function stateOf(warehouse: Warehouse) {
  return {
    digests: await digests(warehouse),
    facts: await facts(warehouse),
    cards: await warehouse.rows(
      "SELECT card_last4 FROM ingestion_layer.fct_transactions ORDER BY transaction_id",
    ),
    answers: await warehouse.answers(),
    open: (await quarantine(warehouse)).filter(({ state }) => state !== "obsolete"),
  };
}

describe.each([
  ["with its ids first, and LF", ID_FIRST],
  ["with its ids last, and CRLF", ID_LAST],
])("a file %s, cut at every byte and then whole", (how, whole) => {
  const tally = faultTally(`a file ${how} is cut at every byte`);
  const cuts = trials({ quick: 5, all: whole.length });

  test("comes to what it comes to when it is loaded at once", () =>
    withWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.ingest();
      const load = async (content: string) => {
        await warehouse.files.write(NAME, content);
        return warehouse.ingest({ settings: SETTINGS });
      };
      await load(whole);
      const direct = await stateOf(warehouse);
      expect(direct.facts).toHaveLength(2);

      for (let trial = 0; trial < cuts; trial += 1) {
        const cut = Math.floor(((trial + 0.5) * whole.length) / cuts);
        await forgetSales(warehouse);
        await load(whole.slice(0, cut));
        const started = performance.now();
        const { status } = await load(whole);
        const recoverySeconds = (performance.now() - started) / 1000;
        const state = await stateOf(warehouse);
        const ids = (of: { digests: { id: string; digest: string }[] }) =>
          new Set(of.digests.map(({ id, digest }) => `${id} ${digest}`));
        const verdict: Verdict = {
          lost: [...ids(direct)].filter((id) => !ids(state).has(id)).length,
          doubled: [...ids(state)].filter((id) => !ids(direct).has(id)).length,
          stuck: (await warehouse.verify()).map((difference) => JSON.stringify(difference)),
          recoverySeconds,
        };
        try {
          tally.add(verdict);
          expect({ status, ...state }).toEqual({ status: "succeeded", ...direct });
        } catch (error) {
          throw new Error(`cut after ${cut} bytes, in ${JSON.stringify(whole.slice(cut - 20, cut))}`, {
            cause: error,
          });
        }
      }
    }));
});
