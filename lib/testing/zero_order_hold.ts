/**
 * Checks that a delegated system keeps the law of delegation: its outputs are a zero-order hold, one period late.
 *
 * For random inputs, delegations and durations, in each mode, the outputs that a publish, an update and the end of a
 * run see are those of the law (`lawfulRows`), bit for bit, both at events and between them.
 *
 * @example
 * ```ts
 * import fc from "npm:fast-check@4.10.2";
 * import { checkZeroOrderHold } from "./zero_order_hold.ts";
 *
 * const integrator = { module: "holdfast:blocks", export: "integrator", argument: { period: 0.1 } };
 * await checkZeroOrderHold(integrator, { fc, modes: ["direct", "thread"], numRuns: 5 });
 * ```
 */

import { delegate, type SystemReference } from "../diagram/mod.ts";
import { endOf, type Experiment } from "./experiment.ts";
import { LaneHosts } from "./lane_hosts.ts";
import { lawfulRows } from "./law.ts";
import { observe, parting } from "./observation.ts";
import type { FastCheck } from "./fast_check.ts";
import { Disagreement, type Held } from "./property.ts";
import { holdSystem, loadSubject, type SystemCheckOptions } from "./subject.ts";

const LAW = "checkZeroOrderHold";

/**
 * Checks that a system, given by module and export, keeps the law of delegation in all modes, for random inputs and
 * timings.
 *
 * @throws {PropertyError} if it does not; the error has the seed, the path, the row, the port and the mode.
 * @throws {TypeError} if the system has no outputs, or one of its abstract inputs has no arbitrary.
 * @throws {RangeError} if the number of workers is out of range.
 * @throws {GuestError} if the module cannot be imported or its export throws.
 */
export async function checkZeroOrderHold<F extends FastCheck>(
  reference: SystemReference,
  options: SystemCheckOptions<F>,
): Promise<void> {
  const subject = await loadSubject(reference, { law: LAW, options });
  const { system } = subject;
  await using made = new LaneHosts(`Cannot use ${LAW} on ${subject.name}`, options);
  const predicate: Held<Experiment>["predicate"] = async (experiment, { modes, isOver, lane }) => {
    const host = made.warm(lane);
    const wanted = lawfulRows(system, { experiment, now: () => host.clock.now() });
    for (const mode of modes) {
      if (isOver()) return;
      const delegated = delegate(system, { mode, ...experiment.delegated });
      const rows = await observe(delegated, { experiment, host, stops: [endOf(experiment)] });
      const found = parting(system.outputs, wanted, rows);
      const parted = mode === modes[0] ? "inline" : "elsewhere";
      if (found === undefined) continue;
      throw new Disagreement(found, { one: "by the law", other: `in ${mode} mode`, mode, parted });
    }
  };
  await holdSystem(subject, { law: LAW, options, predicate });
}
