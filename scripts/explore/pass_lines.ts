/**
 * The lines of a report in which no bug was found, for a program or a scenario: what that proves, the assumptions, and
 * how to try more.
 */

import type { BugKind, ExploredWell } from "../../lib/explorer/mod.ts";
import { counted, plain } from "../command/text.ts";

/** How to report a pass. */
export interface PassTelling {
  /** What was explored, which decides the wording. */
  readonly of: "program" | "scenario";
  /** Whether only something specific was looked for (`--find`). */
  readonly isSought: boolean;
  /** The kinds of bugs that do not count. */
  readonly ignored: readonly BugKind[];
}

const WORDS = {
  program: { orders: "the tasks' actions", limits: "for this input", departure: "preemption", from: "" },
  scenario: {
    orders: "outside events",
    limits: "as far as the scenario asserts",
    departure: "deviation",
    from: " from the order",
  },
} as const;

/** The lines, the verdict first. */
export function passLines(
  { verdict, schedules, covered, tooLong, unseen, missed, assumptions }: ExploredWell,
  { of, isSought, ignored }: PassTelling,
): string[] {
  const { orders, limits, departure, from } = WORDS[of];
  const ran = counted(schedules, "schedule");
  const granted = [
    ...ignored.length === 0 ? [] : [`Ignored: ${ignored.join(", ")}.`],
    ...assumptions.length === 0 ? [] : [`Assumptions: ${assumptions.map(plain).join("; ")}.`],
  ];
  if (verdict === "proved") {
    const what = isSought ? "what was looked for" : "a bug";
    const stand = schedules === 1 ? "stands" : "stand";
    return [`no order of ${orders} shows ${what}, ${limits}: ${ran} ${stand} for all.`, ...granted];
  }
  if (schedules === 0 && tooLong > 0) {
    const it = tooLong === 1 ? "it" : "them";
    const head = `no run ended: ${counted(tooLong, "run")} reached the step limit. A larger --steps continues ${it}.`;
    return [head, ...granted];
  }
  const all = covered === 0 ? `no ${departure}` : `at most ${counted(covered ?? 0, departure)}`;
  return [
    `${isSought ? "not found" : "no bug"} in ${ran}; there are more.` +
    (covered === undefined ? "" : ` These include all with ${all}${from}.`),
    ...tooLong === 0 ? [] : [`${counted(tooLong, "run")} reached the step limit; a larger --steps lets them end.`],
    ...unseen === undefined
      ? []
      : [`The chance that the next random schedule shows a new outcome is ${percent(unseen)} (Good and Turing).`],
    ...missed === undefined
      ? []
      : [`The chance that a bug of depth ${missed.depth} was missed is at most ${percent(missed.chance)} (PCT).`],
    ...granted,
    "A larger --budget continues the search.",
  ];
}

function percent(chance: number): string {
  return chance === 0 ? "0%" : chance < 0.001 ? "under 0.1%" : `${(100 * chance).toFixed(1)}%`;
}
