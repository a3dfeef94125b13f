import type { Form } from "./carrier.ts";

/** What all others are made: its text is the file's own. */
export const csv: Form = {
  name: "csv",
  endings: [".csv", ".tsv", ".txt"],
  hasMadeHeader: false,
  isArchive: false,
  usualRatio: 1,
  isBegunBy: () => true,
  text: ({ bytes }) => bytes(),
};
