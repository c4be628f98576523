/**
 * Runs a property on random values, and reports everything known about a failure.
 *
 * - Several runs may go on at once, in lanes. fast-check decides their values and order, so the first failing run is
 *   the same as without lanes, unless it depends on earlier runs.
 * - A failure names the first wrong row and port, both values and their origins, the shrunk counterexample, and the
 *   line that replays it.
 */

import { PropertyError } from "../errors.ts";
import type { ModeName } from "../host/mod.ts";
import { now, platform, within } from "../platform/mod.ts";
import { causesOf, type Parted } from "./causes.ts";
import { showCell } from "./cells.ts";
import type { ExperimentOptions } from "./experiment.ts";
import type { Arbitrary, CheckDetails, CheckParameters, FastCheck, ParametersOf } from "./fast_check.ts";
import type { Parting } from "./observation.ts";

/** Which random values to try, and how many (25 by default): fast-check, and all parameters of its `check`. */
export type SampleOptions<F extends FastCheck = FastCheck> = ParametersOf<F> & {
  /** The fast-check module. */
  readonly fc: F;
};

/** Which random experiments to run, and how many (25 by default). */
export type PropertyOptions<F extends FastCheck = FastCheck> = ExperimentOptions & SampleOptions<F>;

/** Thrown when two runs of one experiment differ. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
  /** The first difference. */
  readonly parting: Parting;
  /** The mode of the wrong run. */
  readonly mode: string;
  /** Which kinds of runs differ. */
  readonly parted: Parted;

  /** Makes the error; `one` and `other` say where the two values came from. */
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

/** Thrown when a run of a program has a wrong outcome. */
export class WrongOutcome extends Error {
  override readonly name = "WrongOutcome";
  /** The mode in which the program ran. */
  readonly mode: string;
  /** What is expected, as a noun phrase. */
  readonly wanted: string;
  /** Which kinds of runs differ; undefined if this run alone is wrong. */
  readonly parted: Parted | undefined;

  /** Makes the error; `is` describes the outcome, as a clause. */
  constructor(is: string, { mode, wanted, parted }: { mode: string; wanted: string; parted?: Parted | undefined }) {
    super(is);
    this.mode = mode;
    this.parted = parted;
    this.wanted = wanted;
  }
}

/** One run of a predicate. */
export interface PropertyRun {
  /** The modes in which to run. */
  readonly modes: readonly ModeName[];
  /** Whether nobody needs its result anymore. */
  readonly isOver: () => boolean;
  /** The index of its lane, from 0. */
  readonly lane: number;
}

/** A property, and how to report a failure. */
export interface Held<T> {
  /** The name of the check. */
  readonly law: string;
  /** The subject of the check, for people. */
  readonly subject: string;
  /** The subject in the line that replays a failure. */
  readonly replayed: string;
  /** The random values. */
  readonly arbitrary: Arbitrary<T>;
  /** Runs a value in `modes`, and throws to fail. Once `isOver`, it should end soon. Runs of one lane never overlap. */
  predicate(value: T, run: PropertyRun): Promise<void>;
  /** Runs a value synchronously in this realm. */
  probe(value: T): void;
}

/** How many milliseconds to wait for a run that is unfinished when its time is over. */
const PATIENCE = 10_000;

/**
 * Runs a predicate on random values.
 *
 * - If direct mode shows the failure too, the counterexample is shrunk in direct mode, not in threads and processes.
 * - A run still going on when fast-check gives up is waited for, so that its host can close.
 *
 * @throws {PropertyError} if it fails for a value.
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
    // A failure that did not shrink is reported as found: what runs leave behind may have changed it since.
    if (shrunk.failed && shrunk.numShrinks > 0) details = { ...shrunk, numRuns: first.numRuns };
  }
  throw failure(held, details);
}

/** The values of a check, and the parameters with which another check has the same values. */
async function plan<T>(
  arbitrary: Arbitrary<T>,
  { fc, parameters }: { readonly fc: FastCheck; readonly parameters: CheckParameters },
): Promise<{ readonly values: readonly T[]; readonly more: CheckParameters }> {
  const values: T[] = [];
  const property = fc.asyncProperty(arbitrary, (value) => Promise.resolve(void values.push(value as T)));
  const { seed } = await fc.check(property, { numRuns: 25, ...parameters });
  return { values, more: { seed } };
}

/** Runs all values in order: each run begins when the one before it in its lane has ended. */
function inLanes<T>(
  values: readonly T[],
  { workers, perform }: { readonly workers: number; perform(value: T, lane: number): Promise<void> },
): readonly Promise<void>[] {
  const runs: Promise<void>[] = [];
  for (const [index, value] of values.entries()) {
    const before = runs[index - workers]?.catch(() => {}) ?? Promise.resolve();
    const run = before.then(() => perform(value, index % workers));
    // Whoever awaits the run gets its error; nobody awaits runs after a failure.
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
  const gaveUp = interrupted ? "time ran out before a run had ended" : "fast-check gave up";
  const is = found?.message ?? (error === null ? gaveUp : `a run threw ${String(error)}`);
  const wanted = wrong?.wanted ?? (disagreement === undefined ? "a run that ends" : "equal values");
  const [value] = Array.isArray(counterexample) ? counterexample : [undefined];
  const causes = Array.isArray(counterexample) ? causesOf(() => probe(value), found?.parted) : [];
  const message = [
    `${law} failed for ${subject}: ${is}; expected ${wanted}`,
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
