/**
 * The system that a property is about: loaded from its module, and checked before anything runs.
 *
 * - `host` serves the runs; without one, a host is made for the property and disposed afterwards.
 */

import { delegate, type System, type SystemReference } from "../diagram/mod.ts";
import { Host, type HostOptions, loadSystem, MODE_NAMES, type ModeName } from "../host/mod.ts";
import { now } from "../platform/mod.ts";
import { type Experiment, type ExperimentOptions, experiments } from "./experiment.ts";
import type { FastCheck } from "./fast_check.ts";
import { lawfulRows } from "./law.ts";
import { type Held, hold, type PropertyOptions } from "./property.ts";

/** Options of `checkEquivalence` and `checkZeroOrderHold` for a system; inputs, timings and durations are random. */
export type SystemCheckOptions<F extends FastCheck = FastCheck> = PropertyOptions<F> & {
  /** The modes to run the system in; all by default. */
  readonly modes?: readonly ModeName[];
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

/** A system, and the modes to run it in. */
export interface Subject {
  readonly system: System;
  /** Its name in failures. */
  readonly name: string;
  readonly modes: readonly ModeName[];
}

/**
 * Loads a system and checks that a property can observe it.
 *
 * @throws {TypeError} if the system has no outputs, or no mode or an unknown mode is given.
 */
export async function loadSubject(
  reference: SystemReference,
  { law, options }: { law: string; options: SystemCheckOptions },
): Promise<Subject> {
  const { modes = MODE_NAMES } = options;
  const system = await loadSystem(reference);
  const name = `${reference.export} of ${reference.module}`;
  if (Object.keys(system.outputs).length === 0) {
    throw new TypeError(`Cannot use ${law} on ${name}: it has no outputs, one to compare is wanted`);
  }
  if (modes.length === 0) {
    throw new TypeError(`Cannot use ${law} on ${name}: no mode is given, one to run it in is wanted`);
  }
  const known = (options.host ?? new Host(options.guests)).modes;
  for (const mode of modes) {
    delegate(system, { mode, period: 1 });
    if (known.includes(mode)) continue;
    throw new TypeError(`Cannot use ${law} on ${name}: the mode is ${mode}, one of ${known.join(", ")} is wanted`);
  }
  return { system, name, modes };
}

/**
 * Runs a predicate, which throws to fail, on random experiments.
 *
 * @throws {PropertyError} if it fails for an experiment.
 */
export async function holdSystem<F extends FastCheck>(
  { system, name, modes }: Subject,
  { law, options, predicate }: {
    readonly law: string;
    readonly options: SystemCheckOptions<F>;
    readonly predicate: Held<Experiment>["predicate"];
  },
): Promise<void> {
  // Options that are not for this library are for fast-check.
  const { fc, inputs, periods, offsets, steps, modes: _modes, host: _host, guests: _guests, workers, ...parameters } =
    options as SystemCheckOptions;
  const arbitrary = experiments(system.inputs, { fc, inputs, periods, offsets, steps } as ExperimentOptions);
  const probe = (experiment: Experiment) => void lawfulRows(system, { experiment, now });
  await hold({ law, subject: name, replayed: "reference", arbitrary, predicate, probe }, {
    fc,
    parameters,
    modes,
    workers,
  });
}
