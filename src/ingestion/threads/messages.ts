import type { FileStanding, CommittedChunk } from "../commitChunk.ts";
import type { RunSettings } from "../chunkLoader.ts";
import type { FileOpening } from "../fileOpening.ts";
import type { Entry } from "../../database/entry.ts";
import type { ChunkPart } from "../frameChunks.ts";
import type { IdRange } from "../recordBatch.ts";
import { TillhouseError } from "../../lib/errors.ts";
import { isErrorCode, type ErrorCode } from "../../lib/knownErrors.ts";

/** What a loader thread is started with. */
export interface ThreadData {
  readonly database: Entry;
  readonly run: RunSettings;
}

/** What a loader thread is asked; it answers each with the same number. */
export type Request = { readonly number: number } & (
  | { readonly kind: "read"; readonly part: ChunkPart; readonly file: FileOpening }
  | { readonly kind: "beginAhead"; readonly above: number }
  | { readonly kind: "commitChunk"; readonly file: FileStanding; readonly now: Date }
  | { readonly kind: "letGo" }
);

export type Answer = { readonly number: number } & AnswerTo;

/** An answer, its number left out. */
export type AnswerTo =
  | { readonly kind: "read"; readonly ids: IdRange | null }
  | { readonly kind: "done" }
  | { readonly kind: "committed"; readonly chunk: CommittedChunk }
  | { readonly kind: "failed"; readonly error: SentError };

/** An error on its way between threads, which take only plain data. */
export interface SentError {
  readonly message: string;
  /** Of PostgreSQL or of the system; absent where there is none. */
  readonly code?: string;
  /** Of ours. */
  readonly known?: { readonly code: ErrorCode; readonly details: Readonly<Record<string, unknown>> };
}

export function sentError(error: unknown): SentError {
  if (error instanceof TillhouseError)
    return { message: error.message, known: { code: error.code, details: error.details } };
  const { message, code } = Object(error) as { message?: unknown; code?: unknown };
  return {
    message: typeof message === "string" ? message : String(error),
    ...(typeof code === "string" ? { code } : {}),
  };
}

export function receivedError({ message, code, known }: SentError): Error {
  if (known !== undefined) return new TillhouseError(known.code, message, { ...known.details });
  return code === undefined ? new Error(message) : Object.assign(new Error(message), { code });
}

/** The error that ended a thread: one of ours has kept its name and fields on the way, and is no longer of its class. */
export function errorOfEnd(error: unknown): unknown {
  const { name, message, code, details } = Object(error) as Partial<Record<keyof TillhouseError, unknown>>;
  if (name !== "TillhouseError" || !isErrorCode(code)) return error;
  return new TillhouseError(code, String(message), { ...(details as object | undefined) });
}

/** A part as it arrives in another thread: its buffer has become a plain array of bytes on the way. */
export function receivedPart(part: ChunkPart): ChunkPart {
  if (part.block === null) return part;
  const { buffer, byteOffset, byteLength } = part.block.bytes;
  return { ...part, block: { ...part.block, bytes: Buffer.from(buffer, byteOffset, byteLength) } };
}
