/**
 * The run that the view shows: that of the schedule in the address, and of what becomes of it when a preemption is moved.
 */

import { type ReadonlySignal, untracked, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ScheduleChange } from "../../../../lib/explorer/mod.ts";
import type { Replayed, ReplayKind } from "../../work/replay.ts";
import { ask, isAbort } from "../bridge.ts";
import { go, link } from "../state.ts";
import { settingNow } from "./search.ts";

/** What the view does with its run. */
export interface Shown {
  /** The run; undefined where there is none yet. */
  readonly run: ReadonlySignal<Replayed | undefined>;
  /** Why the schedule of the address cannot be shown. */
  readonly fault: ReadonlySignal<string | undefined>;
  /** What the last change came to, in words. */
  readonly told: ReadonlySignal<string>;
  /** Tries a change out: what it would come to. */
  preview(change: ScheduleChange): Promise<ReplayKind["answer"] | undefined>;
  /** Changes the schedule; whether that could be. */
  change(change: ScheduleChange): Promise<boolean>;
}

/** What a run comes to, such as `outcome 3, race`. */
export function comesTo({ account: { finding }, outcome }: Pick<Replayed, "account" | "outcome">): string {
  const parts = [outcome === undefined ? "" : `outcome ${outcome}`, finding?.kind ?? "no bug"];
  return parts.filter((part) => part !== "").join(", ");
}

function changeText({ from, to }: ScheduleChange): string {
  if (to === undefined) return "Removed";
  return from === undefined ? `Added at step ${to}` : `Moved to step ${to}`;
}

/** The run of a view. */
export function useShown(): Shown {
  const run = useSignal<Replayed>();
  const fault = useSignal<string>();
  const told = useSignal("");
  const trying = useRef<AbortController | undefined>(undefined);
  const asked = useComputed(() => JSON.stringify([settingNow(), link.value.schedule]));
  const replayed = async (change?: ScheduleChange): Promise<ReplayKind["answer"] | undefined> => {
    const schedule = link.peek().schedule;
    trying.current?.abort();
    if (schedule === undefined) return undefined;
    const { signal } = trying.current = new AbortController();
    try {
      const answer = await ask("replay", { ...settingNow(), schedule, ...change && { change } });
      return signal.aborted ? undefined : answer;
    } catch (error) {
      if (isAbort(error) || signal.aborted) return undefined;
      return { refused: error instanceof Error ? error.message : String(error) };
    }
  };
  useSignalEffect(() => {
    asked.value;
    const { schedule } = link.peek();
    if (schedule !== undefined && schedule === run.peek()?.schedule) return;
    run.value = undefined;
    fault.value = undefined;
    told.value = "";
    void untracked(replayed).then((answer) => {
      if (answer === undefined) return;
      if ("refused" in answer) fault.value = answer.refused;
      else run.value = answer;
    });
  });
  const change = async (wanted: ScheduleChange): Promise<boolean> => {
    const answer = await replayed(wanted);
    if (answer === undefined) return false;
    if ("refused" in answer) {
      told.value = answer.refused;
      return false;
    }
    run.value = answer;
    told.value = [...answer.notes, `${changeText(wanted)}: ${comesTo(answer)}.`].join(" ");
    go({ schedule: answer.schedule, step: undefined }, { keep: true });
    return true;
  };
  return { run, fault, told, preview: replayed, change };
}
