import { expect, test } from "@jest/globals";
import { requireUsableNodes, type FoundNode } from "../../../../src/database/distribution/clusterNodes.ts";

const node = (fields: Partial<FoundNode> = {}): FoundNode => ({
  ...{ host: "worker", port: 5432, is_coordinator: false, holds_facts: true, answers: true, said: "{}" },
  ...{ max_prepared_transactions: 100, max_connections: 100 },
  ...{ language: "C", versions: "13.0-1, 13.0.3", ...fields },
});
const COORDINATOR = node({ host: "coordinator", is_coordinator: true, holds_facts: false });

test("a cluster is usable whose nodes answer, may prepare as much as they have connections, and run one Citus, in English", () => {
  requireUsableNodes([COORDINATOR, node(), node({ max_prepared_transactions: 101 })]);
  for (const language of ["", "POSIX", "C.UTF-8", "en_GB.utf8", "English_United States.1252"])
    requireUsableNodes([COORDINATOR, node({ language })]);
});

test.each<[string, Partial<FoundNode>]>([
  ["failed to connect to worker:5432", { answers: false, said: "failed to connect to worker:5432" }],
  ["cannot be asked", { answers: false, said: null }],
  ["max_prepared_transactions = 0", { max_prepared_transactions: 0 }],
  ["max_prepared_transactions = 99 and max_connections = 100", { max_prepared_transactions: 99 }],
  ["lc_messages = 'de_DE.UTF-8'", { language: "de_DE.UTF-8" }],
  ["lc_messages = 'ca_ES'", { language: "ca_ES" }],
  ["13.0-1, 13.0.2", { versions: "13.0-1, 13.0.2" }],
  ["12.1-1, 12.1.6", { versions: "12.1-1, 12.1.6" }],
])("is not with one of which is said: %s", (said, fields) => {
  expect(() => {
    requireUsableNodes([COORDINATOR, node(), node({ host: "other", ...fields })]);
  }).toThrow(
    expect.objectContaining({
      code: "cluster_unusable",
      message: expect.stringMatching(new RegExp(`^The node other:5432 .*${said.replaceAll(".", "\\.")}`)),
    }),
  );
});
