/** The kinds of file, in the order in which they load: each refers to the one before. */
export const SOURCES = ["stores", "devices", "transactions"] as const;
export type SourceName = (typeof SOURCES)[number];
