import type { Model } from "../../database/model/model.ts";
import { readModel } from "../../database/model/readModel.ts";
import { poolOf } from "./database.ts";
import type { PageSource } from "./source.ts";

/** Reads the model. It does not change while a program runs. */
export const modelOf = (source: PageSource): Promise<Model> => readModel(poolOf(source));

/** Does something once, and gives what came of it from then on. What failed is tried again. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}
