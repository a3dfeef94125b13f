/** What is done about due times that nobody ran for in time: nothing; one run for all of them; or a run for each, oldest first. */
export const CATCH_UPS = ["none", "last", "all"] as const;
export type CatchUp = (typeof CATCH_UPS)[number];
