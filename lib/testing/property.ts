/**
 * Runs a property over random values, and says all that is known where it fails.
 *
 * - Several runs may go on at once, in lanes. Their values and their order are fast-check's, so the first that fails is the
 *   one that fails without lanes, unless that depends on runs before it.
 * - A failure names the first row and port that are wrong, both values and where each came from, the shrunk
 *   counterexample, and the line that replays it.
 */

import { PropertyError } from "../errors.ts";
import type { ModeName } from "../host/mod.ts";
import { now, platform, within } from "../platform/mod.ts";
import { causesOf, type Parted } from "./causes.ts";
import { showCell } from "./cells.ts";
import type { ExperimentOptions } from "./experiment.ts";
import type { Arbitrary, CheckDetails, CheckParameters, FastCheck, ParametersOf } from "./fast_check.ts";
import type { Parting } from "./observation.ts";

/** How many random values, and which: fast-check, and whatever its `check` can be told. 25 values by default. */
export type SampleOptions<F extends FastCheck = FastCheck> = ParametersOf<F> & {
  /** fast-check. */
  readonly fc: F;
};

/** How many experiments, and which. */
export type PropertyOptions<F extends FastCheck = FastCheck> = ExperimentOptions & SampleOptions<F>;

/** Two runs of one experiment part. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
  /** Where they part. */
  readonly parting: Parting;
  /** The mode of the run that is wrong. */
  readonly mode: string;
  /** Which runs came out otherwise. */
  readonly parted: Parted;

  /** Makes it; `one` and `other` say where the two values came from. */
  constructor(
    parting: Parting,
    { one, other, mode, parted }: { one: string; other: string; mode: string; parted: Parted },
  ) {
    const { row, when, port } = parting;
    super(`row ${row} (${when}), port ${port}: ${showCell(parting.one)} ${one}, ${showCell(parting.other)} ${other}`);
    this.parting = parting;
    this.mode = mode;
    this.parted = parted;
  }
}

/** One run of a program is not as it must be. */
export class WrongOutcome extends Error {
  override readonly name = "WrongOutcome";
  /** Where the program ran. */
  readonly mode: string;
  /** What must be, as a clause. */
  readonly wanted: string;
  /** Which runs came out otherwise; undefined where one is wrong by itself. */
  readonly parted: Parted | undefined;

  /** Makes it; `is` says what came out, as a clause. */
  constructor(is: string, { mode, wanted, parted }: { mode: string; wanted: string; parted?: Parted | undefined }) {
    super(is);
    this.mode = mode;
    this.parted = parted;
    this.wanted = wanted;
  }
}

/** One run of a predicate. */
export interface PropertyRun {
  /** Where it is to run. */
  readonly modes: readonly ModeName[];
  /** Whether its result is of no interest any more. */
  readonly isOver: () => boolean;
  /** Which lane it is in, from 0 on. */
  readonly lane: number;
}

/** A property, and what is done where it fails. */
export interface Held<T> {
  /** What the check is called. */
  readonly law: string;
  /** What it is about, for people. */
  readonly subject: string;
  /** What it is about, in the line that replays. */
  readonly replayed: string;
  /** The random values. */
  readonly arbitrary: Arbitrary<T>;
  /** Fails by throwing; in `modes`, with as little as it can do once `isOver`. Runs of one lane never go on at once. */
  predicate(value: T, run: PropertyRun): Promise<void>;
  /** Runs a value here and at once. */
  probe(value: T): void;
}

/** For how many milliseconds a run that is under way when its time is over is waited for. */
const PATIENCE = 10_000;

/**
 * Runs a predicate on random values.
 *
 * - Nobody shrinks in threads and processes what direct mode shows as well: that is tried first.
 * - A run that is under way when fast-check gives up is waited for, so that its host can close.
 *
 * @throws {PropertyError} where it fails on one.
 */
export async function hold<T, F extends FastCheck>(
  held: Held<T>,
  { fc, parameters, modes, workers = 1 }: {
    readonly fc: F;
    readonly parameters: CheckParameters;
    readonly modes: readonly ModeName[];
    readonly workers?: number | undefined;
  },
): Promise<void> {
  const under = new Set<Promise<void>>();
  const begun = now();
  const left = (limit?: number) => limit === undefined ? undefined : Math.max(0, limit - (now() - begun));
  const check = async (
    modes: readonly ModeName[],
    more: CheckParameters,
    values: readonly T[] = [],
  ): Promise<CheckDetails> => {
    let isOver = false;
    const perform = async (value: T, lane: number): Promise<void> => {
      if (isOver) return;
      const run = held.predicate(value, { modes, isOver: () => isOver, lane });
      const settled = run.catch(() => {});
      under.add(settled);
      void settled.then(() => under.delete(settled));
      await run;
    };
    const begun = inLanes(values, { workers, perform }).values();
    const property = fc.asyncProperty(held.arbitrary, async (value) => {
      await (begun.next().value ?? perform(value as T, 0));
    });
    const { interruptAfterTimeLimit, skipAllAfterTimeLimit } = parameters;
    const limits = Object.entries({ interruptAfterTimeLimit, skipAllAfterTimeLimit }).flatMap(([name, limit]) => {
      return limit === undefined ? [] : [[name, left(limit)]];
    });
    try {
      return await fc.check(property, { numRuns: 25, ...parameters, ...Object.fromEntries(limits), ...more });
    } finally {
      isOver = true;
      await within(PATIENCE, Promise.all(under));
    }
  };
  const planned = workers === 1 ? undefined : await plan<T>(held.arbitrary, { fc, parameters });
  const first = await check(modes, { ...planned?.more, endOnFailure: true }, planned?.values);
  if (!first.failed) return;
  let details = first;
  const { seed, counterexamplePath: path } = first;
  if (path !== null && parameters.endOnFailure !== true) {
    const isDirect = modes.includes("direct") && modes.length > 1;
    const direct = isDirect ? await check(["direct"], { seed, path }) : undefined;
    const shrunk = direct?.failed ? direct : await check(modes, { seed, path });
    // What did not shrink is told as it was found: what runs leave behind may have changed it.
    if (shrunk.failed && shrunk.numShrinks > 0) details = { ...shrunk, numRuns: first.numRuns };
  }
  throw failure(held, details);
}

/** The values of a check, and what makes another check have them. */
async function plan<T>(
  arbitrary: Arbitrary<T>,
  { fc, parameters }: { readonly fc: FastCheck; readonly parameters: CheckParameters },
): Promise<{ readonly values: readonly T[]; readonly more: CheckParameters }> {
  const values: T[] = [];
  const property = fc.asyncProperty(arbitrary, (value) => Promise.resolve(void values.push(value as T)));
  const { seed } = await fc.check(property, { numRuns: 25, ...parameters });
  return { values, more: { seed } };
}

/** Runs of all values, in their order: each begins when the one before it in its lane has ended. */
function inLanes<T>(
  values: readonly T[],
  { workers, perform }: { readonly workers: number; perform(value: T, lane: number): Promise<void> },
): readonly Promise<void>[] {
  const runs: Promise<void>[] = [];
  for (const [index, value] of values.entries()) {
    const before = runs[index - workers]?.catch(() => {}) ?? Promise.resolve();
    const run = before.then(() => perform(value, index % workers));
    // Who waits for it is told; nobody waits for what comes after a failure.
    run.catch(() => {});
    runs.push(run);
  }
  return runs;
}

function failure<T>({ law, subject, replayed, probe }: Held<T>, details: CheckDetails): PropertyError {
  const { seed, counterexample, errorInstance: error, numRuns, numShrinks, interrupted } = details;
  const path = details.counterexamplePath ?? "";
  const disagreement = error instanceof Disagreement ? error : undefined;
  const wrong = error instanceof WrongOutcome ? error : undefined;
  const found = disagreement ?? wrong;
  const gaveUp = interrupted ? "its time was over before a run had ended" : "fast-check gave up";
  const is = found?.message ?? (error === null ? gaveUp : `a run threw ${String(error)}`);
  const wanted = wrong?.wanted ?? (disagreement === undefined ? "runs that end are" : "equal values are");
  const [value] = Array.isArray(counterexample) ? counterexample : [undefined];
  const causes = Array.isArray(counterexample) ? causesOf(() => probe(value), found?.parted) : [];
  const message = [
    `Cannot pass ${law} with ${subject}: ${is}, ${wanted} wanted`,
    ...causes.map(({ kind, text }) => `Cause: ${kind} (${text})`),
    `Counterexample after ${numRuns} ${numRuns === 1 ? "run" : "runs"}, shrunk ${numShrinks} times:`,
    platform.inspect(value, { breakLength: 120, depth: 8 }),
    `Replay it: ${law}(${replayed}, { ..., seed: ${seed}, path: ${JSON.stringify(path)} })`,
  ];
  return new PropertyError(message.join("\n"), {
    seed,
    path,
    row: disagreement?.parting.row,
    port: disagreement?.parting.port,
    mode: found?.mode,
    causes: causes.map(({ kind }) => kind),
    cause: found === undefined && error !== null ? error : undefined,
  });
}
