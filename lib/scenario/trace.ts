/**
 * A run of a scenario as rows: the completions, in order, and where the code requested them.
 *
 * - A column is a chain: completions that follow from one another.
 * - A completion that is overtaken has its own row later, or the row that overtakes it names it.
 */

import type { RunTrace, TraceRow } from "../explorer/mod.ts";
import { chainNames } from "./chains.ts";
import type { Performed } from "./live.ts";

/** The trace of a run. */
export function scenarioTrace({ trace, judged, preemptions, faults }: Performed): RunTrace {
  const rows = trace.map(({ chain, label, notes, instead, insteadLabel, source }, step): TraceRow => {
    const isLeftOut = insteadLabel !== undefined && !faults.includes(label) &&
      !trace.slice(step + 1).some((later) => later.chain === instead && later.label === insteadLabel);
    const told = isLeftOut ? [...notes, `before ${insteadLabel}, which does not come`] : notes;
    return {
      step,
      task: chain,
      text: told.length === 0 ? label : `${label}: ${told.join(", ")}`,
      preempts: instead,
      races: false,
      holds: [],
      source,
    };
  });
  const chains = 1 + rows.reduce((most, { task, preempts = 0 }) => Math.max(most, task, preempts), 0);
  return { tasks: chainNames(chains), rows, outcome: judged.outcome, finding: judged.finding, preemptions };
}
