/**
 * Whether a delegated system keeps the law of delegation: a zero-order hold, one period late.
 *
 * For random inputs, delegations and durations, in each mode, what a publish, an update and the end of a run see of the
 * delegated system is what the law demands (`lawfulRows`): at each event and between events, bit for bit.
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
import { Host } from "../host/mod.ts";
import { endOf, type Experiment } from "./experiment.ts";
import { lawfulRows } from "./law.ts";
import { observe, parting } from "./observation.ts";
import { Disagreement, holdProperty } from "./property.ts";
import { loadSubject, type SystemCheckOptions } from "./subject.ts";

const LAW = "checkZeroOrderHold";

/**
 * Checks that a system, named by module and export, keeps the law of delegation in all modes; see the module.
 *
 * @throws {PropertyError} where it does not: with the seed, the path, the row, the port and the mode.
 * @throws {TypeError} where the system has no outputs, or an abstract input of it has no arbitrary.
 * @throws {GuestError} where the module cannot be imported or its export throws.
 */
export async function checkZeroOrderHold(reference: SystemReference, options: SystemCheckOptions): Promise<void> {
  const { system, name, modes } = await loadSubject(reference, { law: LAW, options });
  await using made = new AsyncDisposableStack();
  const host = options.host ?? made.use(new Host(options.guests));
  const predicate = async (experiment: Experiment): Promise<void> => {
    const wanted = lawfulRows(system, { experiment, now: () => host.clock.now() });
    for (const mode of modes) {
      const delegated = delegate(system, { mode, ...experiment.delegated });
      const rows = await observe(delegated, { experiment, host, stops: [endOf(experiment)] });
      const found = parting(system.outputs, wanted, rows);
      if (found !== undefined) throw new Disagreement(found, { one: "by the law", other: `in ${mode} mode`, mode });
    }
  };
  await holdProperty({ law: LAW, subject: name, system }, { options, predicate });
}
