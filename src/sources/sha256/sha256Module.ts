import { add32, call, get, i32, lanes, lessThan, repeat, set, wasmModule, type Code } from "./wasmBytes.ts";

/** Messages that are hashed at a time. */
export const LANES = 4;
/** Bytes of a block, as SHA-256 takes its messages. */
export const BLOCK_BYTES = 64;
/** Words of a state. */
export const STATE_WORDS = 8;
/** Memory up to here is the module's own. */
export const FIRST_FREE_BYTE = 512;

const ROUNDS = 64;
const BLOCK_WORDS = 16;
const WORD_BYTES = 4;
const VECTOR_BYTES = WORD_BYTES * LANES;
/** Where the words of a block are put, after the constants of the rounds. */
const BLOCK_AT = ROUNDS * WORD_BYTES;

/** The first bits of the fractional parts of a root of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
function primeRoots(count: number, root: (prime: number) => number): Uint32Array<ArrayBuffer> {
  const roots = new Uint32Array(count);
  for (let candidate = 2, found = 0; found < count; candidate += 1) {
    let divisor = 2;
    while (candidate % divisor !== 0) divisor += 1;
    if (divisor < candidate) continue;
    roots[found] = (root(candidate) % 1) * 2 ** 32;
    found += 1;
  }
  return roots;
}

/** The state before the first block. */
export const INITIAL_STATE = primeRoots(STATE_WORDS, Math.sqrt);

const rotate = (value: Code, bits: number): Code =>
  lanes.or(lanes.shiftRight(value, bits), lanes.shiftLeft(value, 32 - bits));
const xor3 = (first: Code, second: Code, third: Code): Code => lanes.xor(lanes.xor(first, second), third);

/**
 * Takes a block into the state: `compress(words, state, blocks, block)`. Lanes that have `block` blocks or fewer, as
 * their count at `blocks` says, keep their state.
 */
function compress(): Code {
  const [words, state, blocks, block] = [get(0), get(1), get(2), get(3)] as const;
  const FIRST_WORD = 4;
  const FIRST_OF_STATE = FIRST_WORD + BLOCK_WORDS;
  const SUM = FIRST_OF_STATE + STATE_WORDS;
  const MASK = SUM + 1;
  const word = (index: number): number => FIRST_WORD + (index % BLOCK_WORDS);
  // What the standard moves from variable to variable, round by round, stays where it is under another name.
  const variable = (letter: number, round: number): number =>
    FIRST_OF_STATE + ((((letter - round) % STATE_WORDS) + STATE_WORDS) % STATE_WORDS);

  let code = "";
  for (let index = 0; index < BLOCK_WORDS; index += 1)
    code += set(word(index), lanes.load(words, index * VECTOR_BYTES));
  for (let index = 0; index < STATE_WORDS; index += 1)
    code += set(variable(index, 0), lanes.load(state, index * VECTOR_BYTES));
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round >= BLOCK_WORDS) {
      const [before2, before15] = [get(word(round - 2)), get(word(round - 15))];
      const small1 = xor3(rotate(before2, 17), rotate(before2, 19), lanes.shiftRight(before2, 10));
      const small0 = xor3(rotate(before15, 7), rotate(before15, 18), lanes.shiftRight(before15, 3));
      code += set(word(round), lanes.add(get(word(round)), small0, get(word(round - 7)), small1));
    }
    const of = (letter: number): Code => get(variable(letter, round));
    const [a, b, c, d, e, f, g, h] = [of(0), of(1), of(2), of(3), of(4), of(5), of(6), of(7)] as const;
    const big1 = xor3(rotate(e, 6), rotate(e, 11), rotate(e, 25));
    const choice = lanes.select(f, g, e);
    const constant = lanes.loadSame(i32(0), round * WORD_BYTES);
    code += set(SUM, lanes.add(h, big1, choice, constant, get(word(round))));
    const big0 = xor3(rotate(a, 2), rotate(a, 13), rotate(a, 22));
    const majority = lanes.select(c, b, lanes.xor(a, b));
    code += set(variable(3, round), lanes.add(d, get(SUM)));
    code += set(variable(7, round), lanes.add(get(SUM), big0, majority));
  }
  code += set(MASK, lanes.greater(lanes.load(blocks, 0), lanes.same(block)));
  for (let index = 0; index < STATE_WORDS; index += 1) {
    const taken = lanes.and(get(variable(index, 0)), get(MASK));
    const place = index * VECTOR_BYTES;
    code += lanes.store(state, place, lanes.add(lanes.load(state, place), taken));
  }
  return code;
}
const COMPRESS_LOCALS = BLOCK_WORDS + STATE_WORDS + 2;

/** Bytes of 32-bit words, the other way round: memory is little-endian, SHA-256 is not. */
const OTHER_WAY = Array.from({ length: VECTOR_BYTES }, (_unused, byte) => byte ^ 3);
const otherWay = (value: Code): Code => lanes.shuffle(value, value, OTHER_WAY);

/** Places of a vector's bytes, or of two vectors', by the places of their words. */
const ofWords = (...places: number[]): number[] =>
  places.flatMap((at) => [0, 1, 2, 3].map((byte) => WORD_BYTES * at + byte));
const LOW_HALVES = ofWords(0, 4, 1, 5);
const HIGH_HALVES = ofWords(2, 6, 3, 7);
const FIRST_PAIRS = ofWords(0, 1, 4, 5);
const SECOND_PAIRS = ofWords(2, 3, 6, 7);

/** Four vectors of four words, as rows of a square, to its columns; in place, with four more to work on. */
function transpose(first: number, scratch: number): Code {
  const row = (index: number): Code => get(first + index);
  const half = (index: number): Code => get(scratch + index);
  return (
    set(scratch, lanes.shuffle(row(0), row(1), LOW_HALVES)) +
    set(scratch + 1, lanes.shuffle(row(2), row(3), LOW_HALVES)) +
    set(scratch + 2, lanes.shuffle(row(0), row(1), HIGH_HALVES)) +
    set(scratch + 3, lanes.shuffle(row(2), row(3), HIGH_HALVES)) +
    set(first, lanes.shuffle(half(0), half(1), FIRST_PAIRS)) +
    set(first + 1, lanes.shuffle(half(0), half(1), SECOND_PAIRS)) +
    set(first + 2, lanes.shuffle(half(2), half(3), FIRST_PAIRS)) +
    set(first + 3, lanes.shuffle(half(2), half(3), SECOND_PAIRS))
  );
}

/**
 * Takes messages into the state: `absorb(messages, stride, most, blocks, state)`. The lanes' messages are `stride` bytes
 * apart; `most` is the highest of the four counts at `blocks`, at least 1.
 */
function absorb(compressIndex: number): Code {
  const [messages, stride, most, blocks, state] = [get(0), get(1), get(2), get(3), get(4)] as const;
  const [BLOCK, LANE, ROW, SCRATCH] = [5, 6, 7, 11] as const;
  let body = "";
  for (let group = 0; group < BLOCK_WORDS; group += LANES) {
    body += set(LANE, messages);
    for (let lane = 0; lane < LANES; lane += 1) {
      body += set(ROW + lane, otherWay(lanes.load(get(LANE), group * WORD_BYTES)));
      body += set(LANE, add32(get(LANE), stride));
    }
    body += transpose(ROW, SCRATCH);
    for (let word = 0; word < LANES; word += 1)
      body += lanes.store(i32(0), BLOCK_AT + (group + word) * VECTOR_BYTES, get(ROW + word));
  }
  body += call(compressIndex, i32(BLOCK_AT), state, blocks, get(BLOCK));
  body += set(0, add32(messages, i32(BLOCK_BYTES)));
  body += set(BLOCK, add32(get(BLOCK), i32(1)));
  return repeat(body, lessThan(get(BLOCK), most));
}

/** Writes the first sixteen bytes of each lane's hash, one after another: `digests(state, out)`. */
function digests(): Code {
  const [state, out] = [get(0), get(1)] as const;
  const [ROW, SCRATCH] = [2, 6] as const;
  let code = "";
  for (let row = 0; row < LANES; row += 1) code += set(ROW + row, lanes.load(state, row * VECTOR_BYTES));
  code += transpose(ROW, SCRATCH);
  for (let row = 0; row < LANES; row += 1)
    code += lanes.store(out, row * VECTOR_BYTES, otherWay(get(ROW + row)));
  return code;
}

/**
 * SHA-256 (FIPS 180-4) of four messages at a time, as a WebAssembly module: each 32-bit step is done for all four by one
 * instruction. States and blocks stand word by word, the four lanes' side by side.
 */
export function sha256Module(): Buffer<ArrayBuffer> {
  const COMPRESS = 0;
  return wasmModule(
    [
      { name: "compress", parameters: 4, counters: 0, vectors: COMPRESS_LOCALS, code: compress() },
      { name: "absorb", parameters: 5, counters: 2, vectors: 8, code: absorb(COMPRESS) },
      { name: "digests", parameters: 2, counters: 0, vectors: 8, code: digests() },
    ],
    new Uint8Array(primeRoots(ROUNDS, Math.cbrt).buffer),
  );
}
