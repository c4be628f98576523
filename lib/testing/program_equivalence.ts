/**
 * Checks, by running it, that a program has the same outcome wherever it runs.
 *
 * For random parameters, seeds and variants, in each mode, with a fresh guest and with guests that have run before:
 *
 * - the program declares the outcome;
 * - the part of the outcome that does not depend on the schedule is equal in all runs.
 *
 * Parameters are random within their ranges; numbers are at most twice their default, unless `parameters` says
 * otherwise.
 */

import type { ModeName } from "../host/mod.ts";
import {
  dataText,
  type Host,
  type HostOptions,
  isRunnable,
  loadProgram,
  MODE_NAMES,
  type ProgramReport,
  type RunnableProgram,
  sameData,
} from "../host/mod.ts";
import { Execution, ProgramModel, RandomWalk } from "../explorer/mod.ts";
import { isProgram, settingsOf } from "../program/mod.ts";
import type { Arbitrary, FastCheck, ParametersOf } from "./fast_check.ts";
import { LaneHosts } from "./lane_hosts.ts";
import { parameterValue } from "./parameters.ts";
import { type Held, hold, WrongOutcome } from "./property.ts";

/** A program given by its module, and by its name if the module has several. */
export interface ProgramReference {
  /** The module's URL. */
  readonly module: string;
  /** The program's name; by default the module's only program. */
  readonly name?: string;
}

/** Options of `checkEquivalence` for a program. */
export type ProgramCheckOptions<F extends FastCheck = FastCheck> = Omit<ParametersOf<F>, "timeout"> & {
  /** The fast-check module. */
  readonly fc: F;
  /** The modes to run it in; by default all, or only direct if the program has no module. */
  readonly modes?: readonly ModeName[];
  /** The variants to run; all by default. */
  readonly variants?: readonly string[];
  /** Arbitraries for parameters, by name; by default from the program's table. */
  readonly parameters?: Readonly<Record<string, Arbitrary<unknown>>>;
  /** Seconds after which tasks that are still running are stopped; 10 by default. */
  readonly timeout?: number;
  /** The host for runs that need no fresh guests; by default the check makes one. */
  readonly host?: Host;
  /** Options for the hosts that the check makes. */
  readonly guests?: Omit<HostOptions, "fresh">;
  /**
   * How many runs go on at once, 1 by default. The result is the same for any number, unless a run depends on earlier
   * runs: the values are those of one worker, and the first that fails counts. Each worker has a host of its own, made
   * with `guests`, so several workers cannot be combined with `host`.
   */
  readonly workers?: number;
};

/** One way to run a program. */
interface Case {
  readonly variant: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

const LAW = "checkEquivalence";
const MOST_SEED = 2 ** 31 - 1;
/** In how many orders a failing program is run to find uses of random numbers and clocks. */
const PROBES = 20;

/**
 * Checks that a program has the same outcome in all modes, for random parameters, seeds and variants.
 *
 * @throws {PropertyError} if it does not; the error has the seed, the path and the mode.
 * @throws {TypeError} if it cannot run in a mode, or an option names a variant or parameter that it does not have.
 * @throws {RangeError} if the number of workers is out of range.
 */
export async function checkProgramEquivalence<F extends FastCheck>(
  subject: RunnableProgram | ProgramReference,
  options: ProgramCheckOptions<F>,
): Promise<void> {
  const program = isRunnable(subject) ? subject : await load(subject);
  const {
    fc,
    timeout = 10,
    guests: _guests,
    host: _host,
    workers,
    modes: _modes,
    variants: _variants,
    parameters: _parameters,
    ...parameters
  } = options as ProgramCheckOptions;
  const modes = modesOf(program, options as ProgramCheckOptions);
  await using made = new LaneHosts(`Cannot use ${LAW} on ${program.name}`, options);
  const { fresh } = made;

  const predicate: Held<Case>["predicate"] = async (one, { modes, isOver, lane }) => {
    const warm = made.warm(lane);
    let first: { report: ProgramReport; where: string } | undefined;
    for (const mode of modes) {
      const hosts: [Host, string][] = mode === "direct"
        ? [[warm, ""], [warm, ", run again"]]
        // Only the second run surely has warm guests: a replay by seed and path starts with a new host.
        : [[fresh, " with fresh guests"], [warm, " with warm guests"], [warm, " with warm guests"]];
      for (const [host, how] of hosts) {
        if (isOver()) return;
        const report = await host.run(program, { ...one, mode, timeout });
        const where = `in ${mode} mode${how}`;
        first ??= { report, where };
        check(report, { first, where });
      }
    }
  };
  const name = program.module === undefined ? program.name : `${program.name} of ${program.module}`;
  const arbitrary = cases(program, options as ProgramCheckOptions);
  const probe = (one: Case) => explored(program, one);
  const held = { law: LAW, subject: name, replayed: "program", arbitrary, predicate, probe };
  await hold(held, { fc, parameters, modes, workers });
}

/** Runs a program in the model, in some orders. */
function explored(program: RunnableProgram, one: Case): void {
  if (!isProgram(program)) return;
  const execution = new Execution(new ProgramModel(program, settingsOf(program, one)));
  const walk = new RandomWalk({ seed: one.seed });
  for (let runs = 0; runs < PROBES && walk.begin(); runs++) execution.run(walk);
}

function check(
  { outcome, ok, independent, mode }: ProgramReport,
  { first, where }: { first: { report: ProgramReport; where: string }; where: string },
): void {
  if (!ok) throw new WrongOutcome(`outcome ${shown(outcome)} ${where}`, { mode, wanted: "a declared outcome" });
  if (sameData(independent, first.report.independent)) return;
  const parted = mode === first.report.mode ? "again" : "elsewhere";
  const is = `${shown(first.report.independent)} ${first.where}, ${shown(independent)} ${where}`;
  throw new WrongOutcome(is, { mode, wanted: "equality, since it does not depend on the schedule", parted });
}

async function load({ module, name }: ProgramReference): Promise<RunnableProgram> {
  return await loadProgram(module, name === undefined ? {} : { name });
}

function modesOf(program: RunnableProgram, { modes }: ProgramCheckOptions): readonly ModeName[] {
  if (modes === undefined) return program.module === undefined ? ["direct"] : MODE_NAMES;
  const elsewhere = modes.find((mode) => mode !== "direct");
  if (modes.length === 0) {
    throw new TypeError(`Cannot use ${LAW} on ${program.name}: no mode is given, one to run it in is wanted`);
  }
  if (elsewhere === undefined || program.module !== undefined) return modes;
  throw new TypeError(
    `Cannot use ${LAW} on ${program.name} in ${elsewhere} mode: it has no module, module: import.meta.url is wanted`,
  );
}

/** Random ways to run a program. */
function cases(program: RunnableProgram, options: ProgramCheckOptions): Arbitrary<Case> {
  const { fc, variants = program.variants, parameters: given = {} } = options;
  const refuse = (what: string, name: string, names: readonly string[]): never => {
    const own = names.join(", ") || "it has none";
    throw new TypeError(`Cannot use ${LAW} on ${program.name}: ${what} ${name}, one of its own (${own}) is wanted`);
  };
  const strange = variants.find((variant) => !program.variants.includes(variant));
  if (strange !== undefined || variants.length === 0) refuse("variant", strange ?? "none", program.variants);
  const names = Object.keys(program.parameters);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) refuse("parameter", unknown, names);
  const parameters = Object.fromEntries(
    Object.entries(program.parameters).map(([name, parameter]) => [name, given[name] ?? parameterValue(parameter, fc)]),
  );
  const made = fc.record({
    variant: fc.constantFrom(...variants),
    parameters: fc.record(parameters),
    seed: fc.integer({ min: 0, max: MOST_SEED }),
  });
  return made as Arbitrary<unknown> as Arbitrary<Case>;
}

function shown(data: unknown): string {
  return data === undefined ? "nothing" : dataText(data);
}
