import { trials } from "../../fixtures/trials.ts";

/** Cases of each property test of reading. */
export const CASES = trials({ quick: 500, all: 10_000 });
