/**
 * Whether a system or a program is the same wherever it runs, checked by running it.
 *
 * A program's law is that of `checkProgramEquivalence`, in `program_equivalence.ts`. A system's is:
 *
 * For random inputs, delegations and durations, all rows that anybody can see are equal bit for bit, abstract values
 * too:
 *
 * - in each mode: with a fresh guest, with a guest that has run before, and in many short advances;
 * - between the modes.
 *
 * So a system fails that uses chance or the real clock, keeps values outside of its state, or asks where it runs.
 *
 * @example
 * ```ts
 * import fc from "npm:fast-check@4.10.2";
 * import { checkEquivalence } from "./equivalence.ts";
 *
 * const hold = { module: "holdfast:blocks", export: "zeroOrderHold", argument: { period: 0.1 } };
 * await checkEquivalence(hold, { fc, modes: ["direct", "thread"], numRuns: 5 });
 * ```
 */

import { delegate, type SystemReference } from "../diagram/mod.ts";
import type { ModeName } from "../host/mod.ts";
import { Host, type RunnableProgram } from "../host/mod.ts";
import { endOf, type Experiment, stopsOf } from "./experiment.ts";
import { observe, parting, type Row } from "./observation.ts";
import { Disagreement, holdProperty } from "./property.ts";
import { checkProgramEquivalence, type ProgramCheckOptions, type ProgramReference } from "./program_equivalence.ts";
import { loadSubject, type SystemCheckOptions } from "./subject.ts";

const LAW = "checkEquivalence";

/** A run and what failures call it. */
interface Seen {
  readonly rows: readonly Row[];
  readonly where: string;
  readonly mode: ModeName;
}

/**
 * Checks that a program, or the one that a module exports under a name, comes out the same in all modes.
 *
 * @throws {PropertyError} where it does not: with the seed, the path and the mode.
 * @throws {TypeError} where it cannot run in a mode, or an option names what it has not.
 */
export async function checkEquivalence(
  program: RunnableProgram | ProgramReference,
  options: ProgramCheckOptions,
): Promise<void>;
/**
 * Checks that a system, named by module and export, gives equal outputs in all modes; see the module.
 *
 * @throws {PropertyError} where it does not: with the seed, the path, the row, the port and the mode.
 * @throws {TypeError} where the system has no outputs, or an abstract input of it has no arbitrary.
 * @throws {GuestError} where the module cannot be imported or its export throws.
 */
export async function checkEquivalence(reference: SystemReference, options: SystemCheckOptions): Promise<void>;
export async function checkEquivalence(
  subject: SystemReference | RunnableProgram | ProgramReference,
  options: SystemCheckOptions | ProgramCheckOptions,
): Promise<void> {
  if ("export" in subject) await checkSystem(subject, options as SystemCheckOptions);
  else await checkProgramEquivalence(subject, options as ProgramCheckOptions);
}

async function checkSystem(reference: SystemReference, options: SystemCheckOptions): Promise<void> {
  const { system, name, modes } = await loadSubject(reference, { law: LAW, options });
  await using made = new AsyncDisposableStack();
  const warm = options.host ?? made.use(new Host(options.guests));
  const fresh = made.use(new Host({ ...options.guests, fresh: true }));

  const agree = (one: Seen, other: Seen): void => {
    const found = parting(system.outputs, one.rows, other.rows);
    if (found !== undefined) throw new Disagreement(found, { one: one.where, other: other.where, mode: other.mode });
  };
  const predicate = async (experiment: Experiment): Promise<void> => {
    let first: Seen | undefined;
    const end = [endOf(experiment)];
    for (const mode of modes) {
      const delegated = delegate(system, { mode, ...experiment.delegated });
      const run = async (host: Host, stops: readonly number[], how: string): Promise<Seen> => {
        return { rows: await observe(delegated, { experiment, host, stops }), where: `in ${mode} mode${how}`, mode };
      };
      const alone = await run(fresh, end, mode === "direct" ? "" : " with a fresh guest");
      const again = mode === "direct" ? ", run again" : " with a warm guest";
      // A guest is surely warm the second time; a seed and path that replay a failure start with a host of their own.
      for (let times = 0; times < 2; times++) agree(alone, await run(warm, end, again));
      agree(alone, await run(warm, stopsOf(experiment), " in many short advances"));
      if (first === undefined) first = alone;
      else agree(first, alone);
    }
  };
  await holdProperty({ law: LAW, subject: name, system }, { options, predicate });
}
