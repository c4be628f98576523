/**
 * The system that a property is about: named by module, checked before anything runs, and delegated to any mode.
 *
 * - `host` serves all runs; without one, a host is made for the property and disposed after it.
 */

import { delegate, type System, type SystemReference } from "../diagram/mod.ts";
import { Host, type HostOptions, loadSystem, MODE_NAMES, type ModeName } from "../host/mod.ts";
import { now } from "../platform/mod.ts";
import { type Experiment, type ExperimentOptions, experiments } from "./experiment.ts";
import type { FastCheck } from "./fast_check.ts";
import { lawfulRows } from "./law.ts";
import { type Held, hold, type PropertyOptions } from "./property.ts";

/** What a property of a system takes; inputs, timings and runs are random. */
export type SystemCheckOptions<F extends FastCheck = FastCheck> = PropertyOptions<F> & {
  /** Where the system is to run: every mode by default. */
  readonly modes?: readonly ModeName[];
  /** Serves the runs, unless they want guests of their own; one is made without it. */
  readonly host?: Host;
  /** How the hosts that the property makes run their guests. */
  readonly guests?: Omit<HostOptions, "fresh">;
  /**
   * How many runs go on at once; 1 by default. The result is the same for any number, unless a run depends on those before it:
   * the values are those of one worker, and the first of them that fails counts. Each worker has a host of its own, made with
   * `guests`, so several workers do not go with `host`.
   */
  readonly workers?: number;
};

/** A system and where it is to run. */
export interface Subject {
  readonly system: System;
  /** What failures call it. */
  readonly name: string;
  readonly modes: readonly ModeName[];
}

/**
 * Loads a system by name and checks that a property can say something of it.
 *
 * @throws {TypeError} where the system has no outputs, no mode is given or one is unknown.
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
 * Runs a predicate on random experiments; it fails by throwing.
 *
 * @throws {PropertyError} where it fails on one.
 */
export async function holdSystem<F extends FastCheck>(
  { system, name, modes }: Subject,
  { law, options, predicate }: {
    readonly law: string;
    readonly options: SystemCheckOptions<F>;
    readonly predicate: Held<Experiment>["predicate"];
  },
): Promise<void> {
  // What is not for this library is for fast-check.
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
