/** Control characters, and those that turn the direction of the text behind them: a terminal obeys them. */
const OBEYED = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
/** Those of them that JSON leaves as they are. */
const OBEYED_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Whether a terminal would do anything with a text but show it. */
export function hasControls(text: string): boolean {
  return text.search(OBEYED) !== -1;
}

/**
 * A text as it may be shown: whoever wrote a file must not move the cursor, clear the screen or forge a line of the log.
 * Characters that a terminal obeys become what a program would write for them, such as `\n` or `\u001b`.
 */
export function visible(text: string): string {
  return text.replace(OBEYED, (character) => SHORT[character] ?? escaped(character));
}

/** The same for a JSON text, whose values stay what they are: inside a string an escape means the character. */
export function visibleJson(json: string): string {
  return json.replace(OBEYED_IN_JSON, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
