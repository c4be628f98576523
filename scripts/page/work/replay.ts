/**
 * Replays a schedule for the page, unchanged or with a preemption moved, and returns the run step by step.
 */

import { type Account, accountOf, rescheduled, type ScheduleChange } from "../holdfast.ts";
import { explorable, type Setting } from "./explore.ts";
import type { Handler } from "./handler.ts";
import { outcomeText } from "./outcome_text.ts";
import { sources } from "./sources.ts";

/** The kind of request for a replay. */
export interface ReplayKind {
  readonly request: Setting & {
    readonly schedule: string;
    /** The change of the schedule, if any. */
    readonly change?: ScheduleChange;
  };
  readonly update: never;
  /** The run, or why the change is not possible. */
  readonly answer: Replayed | { readonly refused: string };
}

/** A run. */
export interface Replayed {
  readonly schedule: string;
  readonly account: Account;
  /** The outcome as text; undefined if the run does not reach its end. */
  readonly outcome: string | undefined;
  /** Remarks about the change, in sentences. */
  readonly notes: readonly string[];
}

/** Replays a schedule. */
export const replay: Handler<ReplayKind> = async ({ program: name, schedule, change, ...settings }) => {
  const program = explorable(name);
  const { sourceOf } = await sources();
  const shown = (schedule: string, notes: readonly string[]): Replayed => {
    const account = withLines(accountOf(program, schedule, settings), sourceOf);
    const outcome = account.outcome === undefined && account.finding !== undefined
      ? undefined
      : outcomeText(account.outcome);
    return { schedule, account, outcome, notes };
  };
  if (change === undefined) return shown(schedule, []);
  const changed = rescheduled(program, schedule, change, settings);
  return "refused" in changed ? changed : shown(changed.schedule, changed.notes);
};

/** A run with lines of the programs' sources, such as `race.ts:27`, in its rows. */
function withLines(account: Account, sourceOf: Awaited<ReturnType<typeof sources>>["sourceOf"]): Account {
  const rows = account.rows.map((row) => {
    const place = row.source === undefined ? undefined : sourceOf(row.source);
    return { ...row, source: place === undefined ? undefined : `${place.file}:${place.line}` };
  });
  return { ...account, rows };
}
