/**
 * Runs a property over random experiments, and says all that is known where it fails.
 *
 * - A failure names the first row and port that are wrong, both values and where each came from, the shrunk
 *   counterexample, and the line that replays it.
 */

import type { System } from "../diagram/mod.ts";
import { PropertyError } from "../errors.ts";
import { showCell } from "./cells.ts";
import { type Experiment, type ExperimentOptions, experiments } from "./experiment.ts";
import type { Arbitrary, CheckDetails, FastCheck } from "./fast_check.ts";
import type { Parting } from "./observation.ts";

/** How many random values, and which. */
export interface SampleOptions {
  /** fast-check. */
  readonly fc: FastCheck;
  /** How many, 25 by default. */
  readonly numRuns?: number;
  /** Which ones; a failure says it. */
  readonly seed?: number;
  /** Where to start among them; a failure says it. */
  readonly path?: string;
}

/** How many experiments, and which. */
export interface PropertyOptions extends ExperimentOptions, SampleOptions {}

/** Two runs of one experiment part. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
  /** Where they part. */
  readonly parting: Parting;
  /** The mode of the run that is wrong. */
  readonly mode: string;

  /** Makes it; `one` and `other` say where the two values came from. */
  constructor(parting: Parting, { one, other, mode }: { one: string; other: string; mode: string }) {
    const { row, when, port } = parting;
    super(`row ${row} (${when}), port ${port}: ${showCell(parting.one)} ${one}, ${showCell(parting.other)} ${other}`);
    this.parting = parting;
    this.mode = mode;
  }
}

/** One run of a program is not as it must be. */
export class WrongOutcome extends Error {
  override readonly name = "WrongOutcome";
  /** Where the program ran. */
  readonly mode: string;
  /** What must be, as a clause. */
  readonly wanted: string;

  /** Makes it; `is` says what came out, as a clause. */
  constructor(is: string, { mode, wanted }: { mode: string; wanted: string }) {
    super(is);
    this.mode = mode;
    this.wanted = wanted;
  }
}

/**
 * Runs a predicate on random experiments; it fails by throwing.
 *
 * @throws {PropertyError} where it fails on one.
 */
export async function holdProperty(
  what: { law: string; subject: string; system: System },
  how: { options: PropertyOptions; predicate: (experiment: Experiment) => Promise<void> },
): Promise<void> {
  const { options, predicate } = how;
  await holdFor({ ...what, replayed: "reference" }, {
    options,
    arbitrary: experiments(what.system.inputs, options),
    predicate,
  });
}

/**
 * Runs a predicate on random values; it fails by throwing. `replayed` is what the law is about, in the line that replays.
 *
 * @throws {PropertyError} where it fails on one.
 */
export async function holdFor<T>(
  what: { law: string; subject: string; replayed: string },
  how: { options: SampleOptions; arbitrary: Arbitrary<T>; predicate: (value: T) => Promise<void> },
): Promise<void> {
  const { fc, numRuns = 25, seed, path } = how.options;
  const details = await fc.check(fc.asyncProperty(how.arbitrary, (value) => how.predicate(value as T)), {
    numRuns,
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined ? {} : { path }),
  });
  if (details.failed) throw failure(what, details);
}

function failure(
  { law, subject, replayed }: { law: string; subject: string; replayed: string },
  details: CheckDetails,
): PropertyError {
  const { seed, counterexample, errorInstance: error, numRuns, numShrinks } = details;
  const path = details.counterexamplePath ?? "";
  const disagreement = error instanceof Disagreement ? error : undefined;
  const wrong = error instanceof WrongOutcome ? error : undefined;
  const found = disagreement ?? wrong;
  const [value] = Array.isArray(counterexample) ? counterexample : [undefined];
  const is = found?.message ?? (error === null ? "fast-check gave up" : `a run threw ${String(error)}`);
  const wanted = wrong?.wanted ?? (disagreement === undefined ? "runs that end are" : "equal values are");
  const message = [
    `Cannot pass ${law} with ${subject}: ${is}, ${wanted} wanted`,
    `Counterexample after ${numRuns} ${numRuns === 1 ? "run" : "runs"}, shrunk ${numShrinks} times:`,
    Deno.inspect(value, { breakLength: 120, depth: 8 }),
    `Replay it: ${law}(${replayed}, { ..., seed: ${seed}, path: ${JSON.stringify(path)} })`,
  ];
  return new PropertyError(message.join("\n"), {
    seed,
    path,
    row: disagreement?.parting.row,
    port: disagreement?.parting.port,
    mode: found?.mode,
    cause: found === undefined && error !== null ? error : undefined,
  });
}
