import type { Model } from "../../database/model/model.ts";
import { readModel } from "../../database/model/readModel.ts";
import { poolOf } from "./database.ts";
import type { PageSource } from "./pageSource.ts";

/** Reads the model, once: it does not change while a program runs. What failed is tried again. */
export function modelReader(source: PageSource): () => Promise<Model> {
  let model: Promise<Model> | undefined;
  return () => {
    model ??= readModel(poolOf(source)).catch((error: unknown) => {
      model = undefined;
      throw error;
    });
    return model;
  };
}
