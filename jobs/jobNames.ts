/** What runs are logged under, and what a schedule is of. */
export const INGEST = "ingest";
