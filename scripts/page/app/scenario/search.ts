/**
 * The exploration of the scenario in the link, and the run of the schedule that stands there.
 *
 * - It explores again whenever the scenario or its settings change. What it finds goes into the address, unless a schedule stands
 *   there already, which is replayed.
 */

import { type ReadonlySignal, untracked, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ScenarioExplored, ScenarioExploring, ScenarioRun, ScenarioSetting } from "../../work/scenario.ts";
import { ask, isAbort } from "../bridge.ts";
import { BUDGET } from "../explore/search.ts";
import { useTask, type Work } from "../parts/task.ts";
import { go, link } from "../state.ts";

/** What the view does with its scenario. */
export interface ScenarioSearch {
  readonly work: ReadonlySignal<Work<ScenarioExplored>>;
  /** How many schedules were run so far. */
  readonly schedules: ReadonlySignal<number>;
  /** The run of the schedule; undefined where there is none yet. */
  readonly run: ReadonlySignal<ScenarioRun | undefined>;
  /** Why the schedule of the address cannot be shown. */
  readonly fault: ReadonlySignal<string | undefined>;
  start(): void;
  end(): void;
}

/** The scenario and its seed; undefined where the link names none. */
export function settingNow(): ScenarioSetting | undefined {
  const { scenario, fixed, seed = 0 } = link.value;
  return scenario && { scenario, fixed: fixed !== undefined, seed };
}

/** How it is explored. */
export function exploringNow(): ScenarioExploring {
  const { strategy = "portfolio", budget = BUDGET, all } = link.value;
  return { strategy, budget, keepGoing: all !== undefined };
}

/** Explores it, or another scenario; both are undefined where there is none. */
export async function exploreNow(
  act: Partial<ScenarioExploring>,
  { setting = untracked(settingNow), ...options }: Parameters<typeof ask<"scenario">>[2] & {
    readonly setting?: ScenarioSetting | undefined;
  },
): Promise<{ readonly explored: ScenarioExplored | undefined; readonly run: ScenarioRun | undefined }> {
  if (setting === undefined) return { explored: undefined, run: undefined };
  return await ask("scenario", { ...setting, act: { ...untracked(exploringNow), ...act } }, options);
}

/** The exploration of a view. */
export function useScenario(): ScenarioSearch {
  const { work, start: begin, end } = useTask<ScenarioExplored>();
  const schedules = useSignal(0);
  const run = useSignal<ScenarioRun>();
  const fault = useSignal<string>();
  const replaying = useRef<AbortController | undefined>(undefined);
  const key = useComputed(() => JSON.stringify([settingNow(), exploringNow()]));
  const asked = useComputed(() => JSON.stringify([settingNow(), link.value.schedule]));
  const start = (): void => {
    schedules.value = 0;
    begin(async (signal) => {
      const update = (some: readonly number[]): void => void (schedules.value = some.at(-1) ?? 0);
      const { explored, run: found } = await exploreNow({}, { signal, update });
      if (explored === undefined) {
        throw new TypeError("Cannot explore: there is no scenario, one of the list is wanted");
      }
      if (found !== undefined && link.peek().schedule === undefined && !signal.aborted) {
        run.value = found;
        go({ schedule: found.schedule }, { keep: true });
      }
      return explored;
    });
  };
  const isGiven = useComputed(() => link.value.schedule !== undefined);
  useSignalEffect(() => {
    key.value;
    if (!isGiven.value) start();
  });
  useSignalEffect(() => {
    asked.value;
    replaying.current?.abort();
    const [{ schedule }, setting] = [link.peek(), untracked(settingNow)];
    if (schedule !== undefined && schedule === run.peek()?.schedule) return;
    run.value = undefined;
    fault.value = undefined;
    if (schedule === undefined || setting === undefined) return;
    const { signal } = replaying.current = new AbortController();
    void ask("scenario", { ...setting, act: { replay: schedule } }, { signal }).then((answer) => {
      if (!signal.aborted) run.value = answer.run;
    }, (error: unknown) => {
      if (!isAbort(error) && !signal.aborted) fault.value = error instanceof Error ? error.message : String(error);
    });
  });
  return { work, schedules, run, fault, start, end };
}
