import { createHmac, hash } from "node:crypto";

/**
 * Twelve digits or more with at most three separators between any two: spaces, dashes, invisible characters, and the
 * marks that spreadsheets group thousands with. Digits of any script, full-width, raised or circled: they are how card
 * numbers slip past simple filters. A run of over 19 may be a card with its expiry: it goes whole.
 */
const CARD_LIKE = /\p{N}(?:[\s\p{Pd}\p{Cf}\u2212._/,'\u2019\u00b7]{0,3}\p{N}){11,}/gu;
/** What people put between the digits of a card. */
const BETWEEN_DIGITS = /[\s\p{Pd}\p{Cf}\u2212]+/gu;
const ANY_DIGIT = /\p{N}/gu;
const TIME_LIKE =
  /^(?:\d{1,2}([/.-])\d{1,2}\1\d{4}|\d{4}([/.-])\d{1,2}\2\d{1,2})(?:[ T]\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d{1,6})?)?)?$/;

/** Longer texts are not looked at: 19 digits with separators all around are shorter. */
const MAX_CARD_TEXT = 200;

/** A card as it may be kept: never the number. `null` means that the field held no readable number. */
export interface CardReference {
  /** HMAC-SHA-256 of the digits, first 128 bits, as a uuid. */
  readonly token: string;
  /** Last four digits. */
  readonly last4: string;
}

/** First 128 bits of a hexadecimal digest, written as a uuid: PostgreSQL keeps that in sixteen bytes. */
export function uuidOfHex(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** SHA-256 of a text, first 128 bits, as a uuid. */
export function digestOf(text: string): string {
  return uuidOfHex(hash("sha256", text, "hex"));
}

/** `4111 1111-1111 1111` → its digits; undefined unless 12 to 19 digits remain and nothing else was there. */
export function readCardNumber(text: string): string | undefined {
  if (text.length > MAX_CARD_TEXT) return undefined;
  const digits = text.normalize("NFKC").replace(BETWEEN_DIGITS, "");
  return /^[0-9]{12,19}$/.test(digits) ? digits : undefined;
}

/** Bytes that SHA-256 works on at a time: HMAC pads its key to that. */
const HASH_BLOCK = 64;
const HASH_BYTES = 32;
const MOST_CARD_DIGITS = 19;

/**
 * Makes the only form in which card numbers leave the parser: HMAC-SHA-256 (RFC 2104). A plain hash of a card number
 * can be reversed by trying all numbers; a keyed one over the whole number cannot without the key (PCI DSS 4.0.1,
 * 3.5.1.1). Written as the two hashes that it is defined by, it costs a third of what Node's Hmac object does.
 *
 * @param key the card token key, at least 32 bytes
 */
export function createCardTokeniser(key: Buffer): (digits: string) => CardReference {
  const padded = Buffer.alloc(HASH_BLOCK);
  padded.set(key.length > HASH_BLOCK ? hash("sha256", key, "buffer") : key);
  const inner = Buffer.alloc(
    HASH_BLOCK + MOST_CARD_DIGITS,
    padded.map((byte) => byte ^ 0x36),
  );
  const outer = Buffer.alloc(
    HASH_BLOCK + HASH_BYTES,
    padded.map((byte) => byte ^ 0x5c),
  );
  const innerOfLength = Array.from({ length: MOST_CARD_DIGITS + 1 }, (_unused, length) =>
    inner.subarray(0, HASH_BLOCK + length),
  );
  return (digits) => {
    inner.write(digits, HASH_BLOCK, "latin1");
    outer.write(hash("sha256", innerOfLength[digits.length] ?? inner, "hex"), HASH_BLOCK, "hex");
    inner.fill(0, HASH_BLOCK);
    return { token: uuidOfHex(hash("sha256", outer, "hex")), last4: digits.slice(-4) };
  };
}

/** Recognises a key without giving anything of it away. */
export function fingerprintOfKey(key: Buffer): string {
  return uuidOfHex(createHmac("sha256", key).update("tillhouse card token key fingerprint v1").digest("hex"));
}

/** Masks every run of 12 digits or more, however spaced or dashed; returns the text itself where there is none. */
export function maskCards(text: string): string {
  return text.length < 12 ? text : text.replace(CARD_LIKE, (run) => run.replace(ANY_DIGIT, "*"));
}

/**
 * The form in which a field of a record that could not be read may be kept. Its columns may have slipped, so that a
 * card number or a CVV can stand anywhere: every digit becomes `#`, but for times, which neither can be.
 */
export function shapeOf(text: string): string {
  // A cut must not leave half of a surrogate pair: jsonb refuses it.
  const short = text.length > 200 ? `${text.slice(0, 200).replace(/[\ud800-\udbff]$/, "")}…` : text;
  const shown = TIME_LIKE.test(short) ? short : short.replace(ANY_DIGIT, "#");
  return shown.replaceAll("\0", "\u2400");
}
