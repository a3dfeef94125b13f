/** Which of the first two numbers of `05/06/2022` is the month. */
export const DATE_ORDERS = ["mdy", "dmy"] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];
