import type { Model } from "../../database/model/model.ts";
import { readModel } from "../../database/model/readModel.ts";
import { poolOf } from "./database.ts";
import type { PageSource } from "./source.ts";

/** Reads the model. It does not change while a program runs. */
export const modelOf = (source: PageSource): Promise<Model> => readModel(poolOf(source));
