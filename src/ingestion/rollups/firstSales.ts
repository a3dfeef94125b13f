/** A list of a store's first accepted sales with so many can be answered from; a shorter one is whole. */
export const FIRST_SALES_NEEDED = 5;
/**
 * So many stay listed when sales join a list. More would be more work for every chunk, fewer would make corrections that
 * take some away read the fact more often.
 */
export const FIRST_SALES_LISTED = 10;
/** So many are listed when they are read from the fact, since that takes long. */
export const FIRST_SALES_READ = 20;
