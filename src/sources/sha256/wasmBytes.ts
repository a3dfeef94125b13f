/**
 * The few pieces of WebAssembly's binary format (WebAssembly Core Specification 2.0, 5) that `sha256Module` is put
 * together from. Code is bytes as Latin-1 characters, since strings are joined at no cost; pieces of it nest as the
 * stack machine's expressions do.
 */
export type Code = string;

const bytes = (...values: number[]): Code => String.fromCharCode(...values);

/** An unsigned number in LEB128. */
function unsigned(value: number): Code {
  return value < 128 ? bytes(value) : bytes((value & 127) | 128) + unsigned(value >>> 7);
}

/** A signed 32-bit number in LEB128. */
function signed(value: number): Code {
  return value >= -64 && value < 64 ? bytes(value & 127) : bytes((value & 127) | 128) + signed(value >> 7);
}

const vector = (items: readonly Code[]): Code => unsigned(items.length) + items.join("");
const simd = (opcode: number): Code => bytes(0xfd) + unsigned(opcode);
/** Alignment, as a power of two, is a hint. */
const place = (offset: number, alignment: number): Code => bytes(alignment) + unsigned(offset);

export const get = (local: number): Code => bytes(0x20) + unsigned(local);
export const set = (local: number, value: Code): Code => value + bytes(0x21) + unsigned(local);
export const i32 = (value: number): Code => bytes(0x41) + signed(value);
export const add32 = (left: Code, right: Code): Code => left + right + bytes(0x6a);
export const lessThan = (left: Code, right: Code): Code => left + right + bytes(0x48);
export const call = (index: number, ...values: Code[]): Code =>
  values.join("") + bytes(0x10) + unsigned(index);
/** Runs the body again and again for as long as the condition after it holds; at least once. */
export const repeat = (body: Code, condition: Code): Code =>
  bytes(0x03, 0x40) + body + condition + bytes(0x0d, 0x00, 0x0b);

/** Four 32-bit numbers side by side. */
export const lanes = {
  load: (address: Code, offset: number): Code => address + simd(0x00) + place(offset, 4),
  /** The number at an address, four times. */
  loadSame: (address: Code, offset: number): Code => address + simd(0x09) + place(offset, 2),
  store: (address: Code, offset: number, value: Code): Code =>
    address + value + simd(0x0b) + place(offset, 4),
  same: (value: Code): Code => value + simd(0x11),
  /** Sixteen bytes out of those of two values, by their places there. */
  shuffle: (left: Code, right: Code, places: readonly number[]): Code =>
    left + right + simd(0x0d) + bytes(...places),
  greater: (left: Code, right: Code): Code => left + right + simd(0x3b),
  and: (left: Code, right: Code): Code => left + right + simd(0x4e),
  or: (left: Code, right: Code): Code => left + right + simd(0x50),
  xor: (left: Code, right: Code): Code => left + right + simd(0x51),
  /** Bits of `left` where the mask has ones, else of `right`. */
  select: (left: Code, right: Code, mask: Code): Code => left + right + mask + simd(0x52),
  shiftLeft: (value: Code, bits: number): Code => value + i32(bits) + simd(0xab),
  shiftRight: (value: Code, bits: number): Code => value + i32(bits) + simd(0xad),
  add: (first: Code, ...others: Code[]): Code => first + others.map((value) => value + simd(0xae)).join(""),
} as const;

const I32 = bytes(0x7f);
const V128 = bytes(0x7b);

/** A function without a result. Its locals are i32 first (the parameters, then the counters), then vectors. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  readonly counters: number;
  /** Locals of four numbers each. */
  readonly vectors: number;
  readonly code: Code;
}

/** A module that exports its functions, and one page of memory as `memory`, which begins with `data`. */
export function wasmModule(functions: readonly WasmFunction[], data: Uint8Array): Buffer<ArrayBuffer> {
  const name = (text: string): Code => unsigned(text.length) + text;
  const section = (id: number, content: Code): Code => bytes(id) + unsigned(content.length) + content;
  const type = ({ parameters }: WasmFunction): Code =>
    bytes(0x60) + vector(Array.from({ length: parameters }, () => I32)) + vector([]);
  const body = ({ counters, vectors, code }: WasmFunction): Code => {
    const locals = vector([unsigned(counters) + I32, unsigned(vectors) + V128]);
    return unsigned(locals.length + code.length + 1) + locals + code + bytes(0x0b);
  };
  const exported = functions.map((made, index) => name(made.name) + bytes(0x00) + unsigned(index));
  const module =
    bytes(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00) +
    section(1, vector(functions.map(type))) +
    section(3, vector(functions.map((_made, index) => unsigned(index)))) +
    section(5, vector([bytes(0x01, 0x01, 0x01)])) +
    section(7, vector([name("memory") + bytes(0x02, 0x00), ...exported])) +
    section(10, vector(functions.map(body))) +
    section(
      11,
      vector([bytes(0x00) + i32(0) + bytes(0x0b) + vector(Array.from(data, (byte) => bytes(byte)))]),
    );
  return Buffer.from(module, "latin1");
}
