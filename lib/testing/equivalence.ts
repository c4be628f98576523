/**
 * Checks, by running it, that a system or a program gives the same results wherever it runs.
 *
 * For programs, see `checkProgramEquivalence` in `program_equivalence.ts`. For a system, the following holds.
 *
 * For random inputs, delegations and durations, all rows that an observer can see are equal bit for bit, including
 * abstract values:
 *
 * - within each mode: with a fresh guest, with a guest that has run before, and in many short advances;
 * - between the modes;
 * - compared with an inline run, behind sources that change, by the law of delegation (`law.ts`), with the contracts of
 *   its functions checked.
 *
 * So a system fails if it uses random numbers or the real clock, keeps values outside its state, or depends on where it
 * runs.
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
import type { Host, RunnableProgram } from "../host/mod.ts";
import { endOf, type Experiment, stopsOf } from "./experiment.ts";
import type { FastCheck } from "./fast_check.ts";
import { LaneHosts } from "./lane_hosts.ts";
import { lawfulRows } from "./law.ts";
import { observe, parting, type Row } from "./observation.ts";
import type { Parted } from "./causes.ts";
import { Disagreement, type Held } from "./property.ts";
import { checkProgramEquivalence, type ProgramCheckOptions, type ProgramReference } from "./program_equivalence.ts";
import { holdSystem, loadSubject, type SystemCheckOptions } from "./subject.ts";

const LAW = "checkEquivalence";

/** The rows of a run, and its name in failures. */
interface RunRows {
  readonly rows: readonly Row[];
  readonly where: string;
  readonly mode: string;
}

/**
 * Checks that a program, given as a value or by module and name, has the same outcome in all modes.
 *
 * @throws {PropertyError} if it does not; the error has the seed, the path and the mode.
 * @throws {TypeError} if it cannot run in a mode, or an option names a variant or parameter that it does not have.
 * @throws {RangeError} if the number of workers is out of range.
 */
export async function checkEquivalence<F extends FastCheck>(
  program: RunnableProgram | ProgramReference,
  options: ProgramCheckOptions<F>,
): Promise<void>;
/**
 * Checks that a system, given by module and export, has equal outputs in all modes, for random inputs and timings.
 *
 * @throws {PropertyError} if it does not; the error has the seed, the path, the row, the port and the mode.
 * @throws {TypeError} if the system has no outputs, or one of its abstract inputs has no arbitrary.
 * @throws {RangeError} if the number of workers is out of range.
 * @throws {GuestError} if the module cannot be imported or its export throws.
 */
export async function checkEquivalence<F extends FastCheck>(
  reference: SystemReference,
  options: SystemCheckOptions<F>,
): Promise<void>;
export async function checkEquivalence(
  subject: SystemReference | RunnableProgram | ProgramReference,
  options: SystemCheckOptions | ProgramCheckOptions,
): Promise<void> {
  if ("export" in subject) await checkSystem(subject, options);
  else await checkProgramEquivalence(subject, options as ProgramCheckOptions);
}

async function checkSystem(reference: SystemReference, options: SystemCheckOptions): Promise<void> {
  const subject = await loadSubject(reference, { law: LAW, options });
  const { system } = subject;
  await using made = new LaneHosts(`Cannot use ${LAW} on ${subject.name}`, options);
  const { fresh } = made;

  const agree = (one: RunRows, other: RunRows, parted: Parted): void => {
    const found = parting(system.outputs, one.rows, other.rows);
    if (found === undefined) return;
    throw new Disagreement(found, { one: one.where, other: other.where, mode: other.mode, parted });
  };
  const predicate: Held<Experiment>["predicate"] = async (experiment, { modes, isOver, lane }) => {
    const warm = made.warm(lane);
    let first: RunRows | undefined;
    const end = [endOf(experiment)];
    for (const mode of modes) {
      const delegated = delegate(system, { mode, ...experiment.delegated });
      const run = async (host: Host, stops: readonly number[], how: string): Promise<RunRows> => {
        return { rows: await observe(delegated, { experiment, host, stops }), where: `in ${mode} mode${how}`, mode };
      };
      const alone = await run(fresh, end, mode === "direct" ? "" : " with a fresh guest");
      const again = mode === "direct" ? ", run again" : " with a warm guest";
      // Only the second run surely has a warm guest: a replay by seed and path starts with a new host.
      for (let times = 0; times < 2 && !isOver(); times++) agree(alone, await run(warm, end, again), "again");
      if (isOver()) return;
      agree(alone, await run(warm, stopsOf(experiment), " in many short advances"), "again");
      if (first !== undefined) {
        agree(first, alone, "elsewhere");
        continue;
      }
      first = alone;
      const rows = lawfulRows(system, { experiment, now: () => warm.clock.now() });
      agree(alone, { rows, where: "inline behind live sources", mode: "inline" }, "inline");
    }
  };
  await holdSystem(subject, { law: LAW, options, predicate });
}
