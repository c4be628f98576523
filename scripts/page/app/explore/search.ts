/**
 * The exploration that the view shows: it runs again whenever the program or its settings change.
 *
 * - What it finds goes into the address, unless a schedule stands there already.
 */

import { type ReadonlySignal, untracked, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { ExploreKind, Setting } from "../../work/explore.ts";
import { ask } from "../bridge.ts";
import { useTask, type Work } from "../parts/task.ts";
import { go, link, parameters, program, variant } from "../state.ts";

/** What exploring came to. */
export type Explored = ExploreKind["answer"];

/** What the view does with its exploration. */
export interface Search {
  readonly work: ReadonlySignal<Work<Explored>>;
  /** How many schedules were run so far. */
  readonly schedules: ReadonlySignal<number>;
  start(): void;
  end(): void;
}

/** How many schedules are run where the address does not say. */
export const BUDGET = 10_000;

/** The program and its settings. */
export function settingNow(): Setting {
  return {
    program: program.value.name,
    variant: variant.value,
    parameters: parameters.value,
    seed: link.value.seed ?? 0,
  };
}

/** What is asked for, but for the variant. */
export function requestNow(): ExploreKind["request"] {
  const { strategy = "portfolio", budget = BUDGET, all } = link.value;
  return { ...settingNow(), strategy, budget, keepGoing: all !== undefined };
}

/** Whether the page still shows what was asked for: else its answer is none of its link's. */
export function isAskedStill(request: ExploreKind["request"]): boolean {
  return link.peek().view === "explore" && JSON.stringify(untracked(requestNow)) === JSON.stringify(request);
}

/** The exploration of a view. */
export function useSearch(): Search {
  const { work, start: begin, end } = useTask<Explored>();
  const schedules = useSignal(0);
  const key = useComputed(() => JSON.stringify(requestNow()));
  const start = (): void => {
    const request = untracked(requestNow);
    schedules.value = 0;
    begin(async (signal) => {
      const update = (some: readonly number[]): void => void (schedules.value = some.at(-1) ?? 0);
      const explored = await ask("explore", request, { signal, update });
      const { result } = explored;
      const isShown = link.peek().schedule !== undefined;
      if ("schedule" in result && !isShown && isAskedStill(request)) go({ schedule: result.schedule }, { keep: true });
      return explored;
    });
  };
  const isGiven = useComputed(() => link.value.schedule !== undefined);
  useSignalEffect(() => {
    key.value;
    if (!isGiven.value && program.peek().explorable) start();
  });
  return { work, schedules, start, end };
}
