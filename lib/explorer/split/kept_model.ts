/**
 * The model of a program that a worker keeps from one share of a search to the next, because relearning what the tasks
 * do costs as much as thousands of runs.
 *
 * - Invariant: a share has the same result on a model that other shares have used as on a new one. What a model has
 *   learned is true of every run, except `granted` and `seen` of {@linkcode ProgramModel}. So each share begins with
 *   nothing granted, and a model that has seen more than it was made for is not kept.
 * - One share at a time uses the model. A share that fails, or is not performed to its end, does not return it.
 * - The model grows no larger than that of a search on one worker: trees that are full are dropped.
 */

import { type AnyProgram, dataText, type Settings } from "../../program/mod.ts";
import { Granted } from "../granted.ts";
import { ProgramModel } from "../program_model.ts";
import type { SearchOptions } from "../search.ts";

/** What determines a model: the part of a request that all shares of a search have in common. */
interface Modeled {
  readonly settings: Settings;
  readonly options: SearchOptions;
}

/** The model of a program that a worker keeps from one share of a search to the next. */
export class KeptModel {
  #kept: { readonly model: ProgramModel; readonly search: string } | undefined;

  /**
   * Takes out the kept model, or makes a new one if none is kept for this program and this search.
   *
   * @internal
   */
  take(program: AnyProgram, modeled: Modeled): ProgramModel {
    const { model, search } = this.#kept ?? {};
    this.#kept = undefined;
    if (model?.program !== program || search !== textOf(modeled)) {
      return new ProgramModel(program, modeled.settings, modeled.options);
    }
    model.granted = new Granted();
    return model;
  }

  /**
   * Keeps the model of a finished share.
   *
   * @internal
   */
  keep(model: ProgramModel, modeled: Modeled): void {
    if (model.seen === model.looks) this.#kept = { model, search: textOf(modeled) };
  }
}

function textOf({ settings, options }: Modeled): string {
  return dataText([settings, { ...options, after: undefined }]);
}
