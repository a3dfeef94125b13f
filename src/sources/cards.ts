import { createHmac, hash } from "node:crypto";
import { MOST_CARD_DIGITS, type HmacKey } from "./sha256/recordHashes.ts";
import { BLOCK_BYTES } from "./sha256/sha256Module.ts";

/** What people put between the digits of a card. */
const BETWEEN_DIGITS = /[\s\p{Pd}\p{Cf}\u2212]+/gu;

/** Longer texts are not looked at: 19 digits with separators all around are shorter. */
const MAX_CARD_TEXT = 200;

/** A card as it may be kept: never the number. `null` means that the field held no readable number. */
export interface CardReference {
  /** HMAC-SHA-256 of the digits, first 128 bits, as a uuid. */
  readonly token: string;
  /** Last four digits. */
  readonly last4: string;
}

const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const DASH = 0x2d;
const LEAST_CARD_DIGITS = 12;

/** First 128 bits of a hexadecimal digest, written as a uuid. */
function uuidOfHex(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** The sixteen bytes of a uuid, as Latin-1 characters. */
export function digestOfUuid(uuid: string): string {
  return Buffer.from(uuid.replaceAll("-", ""), "hex").toString("latin1");
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

/** Makes the only form in which card numbers leave the parser. */
export interface CardTokeniser {
  /** @param digits 12 to 19 of them, as `readCardNumber` gives them */
  tokenise(digits: string): CardReference;
  /** For those who hash the digits themselves. A secret, as the key is. */
  readonly key: HmacKey;
}

/**
 * Tokens are HMAC-SHA-256 (RFC 2104). A plain hash of a card number can be reversed by trying all numbers; a keyed one
 * over the whole number cannot without the key (PCI DSS 4.0.1, 3.5.1.1).
 *
 * @param key the card token key, at least 32 bytes
 */
export function createCardTokeniser(key: Buffer): CardTokeniser {
  const padded = Buffer.alloc(BLOCK_BYTES);
  padded.set(key.length > BLOCK_BYTES ? hash("sha256", key, "buffer") : key);
  return {
    tokenise: (digits) => ({
      token: uuidOfHex(createHmac("sha256", key).update(digits, "latin1").digest("hex")),
      last4: digits.slice(-4),
    }),
    key: { inner: padded.map((byte) => byte ^ 0x36), outer: padded.map((byte) => byte ^ 0x5c) },
  };
}

/**
 * Copies the digits of a card number that stands as bytes, without a string made of it.
 *
 * @returns how many there are; 0 unless the bytes are 12 to 19 digits, and spaces and dashes. Digits may have been copied by then.
 */
export function copyCardDigits(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  if (end - start > MAX_CARD_TEXT) return 0;
  let length = 0;
  for (let position = start; position < end; position += 1) {
    const byte = bytes[position] ?? 0;
    if (byte === SPACE || byte === DASH) continue;
    if (byte < ZERO || byte > NINE || length === MOST_CARD_DIGITS) return 0;
    out[at + length] = byte;
    length += 1;
  }
  return length >= LEAST_CARD_DIGITS ? length : 0;
}

/** Recognises a key without giving anything of it away. */
export function fingerprintOfKey(key: Buffer): string {
  return uuidOfHex(createHmac("sha256", key).update("tillhouse card token key fingerprint v1").digest("hex"));
}
