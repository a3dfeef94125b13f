/** What runs are logged under, and what a schedule is of; those that others ask for by name. */
export const INGEST = "ingest";
export const REPLAY = "replay";
