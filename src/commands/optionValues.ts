import { InvalidArgumentError, Option } from "commander";

export const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("a whole number is needed.");
  return Number(text);
};
export const positiveNumber = (text: string): number => {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError("a whole number from 1 on is needed.");
  return value;
};
/** Ids have no more digits, so none is lost in a number, and none is more than the database can be asked for. */
const MOST_ID_DIGITS = 14;
export const transactionId = (text: string): number => {
  if (!/^\d+$/.test(text) || text.replace(/^0+/, "").length > MOST_ID_DIGITS)
    throw new InvalidArgumentError(`an id of at most ${MOST_ID_DIGITS} digits is needed, such as 1234.`);
  return Number(text);
};
export const port = (text: string): number => {
  const value = wholeNumber(text);
  if (value < 1 || value > 65_535) throw new InvalidArgumentError("a port from 1 to 65535 is needed.");
  return value;
};
export const share = (text: string): number => {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > 1)
    throw new InvalidArgumentError("a share from 0 to 1 is needed.");
  return value;
};
/** An option that may be given again, each time with one more value. */
export const listOption = (flags: string, description: string): Option =>
  new Option(flags, `${description}; may be given again`)
    .argParser((value, previous: readonly string[]): readonly string[] => [...previous, value])
    .default([], "none");
