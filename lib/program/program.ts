/**
 * Programs: shared things, tasks that use them, and the outcomes that are expected.
 *
 * - A program is a description without state; a run gives it memory, and gives each task its own view of the shared
 *   things.
 * - Its outcome is plain data. `independent` returns the part that is the same on every schedule, and so in every mode;
 *   the whole must be in the `expected` set. A failure of tasks is an outcome too: `{ failed: [...] }`.
 * - Parameters have defaults and ranges. Variants are versions of the same program; the first is the default.
 * - It can run in guests if `module` says where it is exported: a guest imports that module and finds the program by
 *   name.
 *
 * @example
 * ```ts
 * import { cell, lock } from "../sync/mod.ts";
 * import { defineProgram, settingsOf } from "./program.ts";
 *
 * const counter = defineProgram({
 *   name: "counter",
 *   claim: "Under a lock nothing is lost.",
 *   parameters: { times: { default: 3, min: 1, max: 100, description: "increments of each task" } },
 *   shared: () => ({ guard: lock(), count: cell() }),
 *   tasks: ({ parameters: { times } }) =>
 *     ["a", "b"].map((name) => ({
 *       name,
 *       *run({ guard, count }) {
 *         for (let time = 0; time < times; time++) {
 *           using _held = yield* guard.lock();
 *           yield* count.store((yield* count.load()) + 1);
 *         }
 *       },
 *     })),
 *   outcome: ({ count }) => count.load(),
 *   expected: ({ parameters: { times } }) => [2 * times],
 * });
 * const settings = settingsOf(counter, { parameters: { times: 5 } });
 * if (settings.parameters.times !== 5 || counter.tasks(settings).length !== 2) throw new Error("two tasks, 5 times each");
 * ```
 */

import type { Steps } from "../memory/mod.ts";
import type { Shareables, Shared } from "../sync/mod.ts";
import { checkDefinition } from "./definition.ts";
import { type Failed, isFailed } from "./failed.ts";
import { faultOf, type ParameterTable, type ParameterValues } from "./parameter.ts";

/** The settings of a program's run. */
export interface Settings<P extends ParameterTable = ParameterTable> {
  /** The variant. */
  readonly variant: string;
  /** The parameters, validated and complete. */
  readonly parameters: ParameterValues<P>;
  /** Determines all chance. */
  readonly seed: number;
}

/** One task of a program. */
export interface ProgramTask<S extends Shareables> {
  /** Its name, unique in the program. */
  readonly name: string;
  /** Whether it is stopped once all other tasks have ended; it then has no result. False by default. */
  readonly daemon?: boolean;
  /** The task's steps; their result must be structured-cloneable. */
  run(shared: Shared<S>): Steps<unknown>;
}

/** What `outcome` can use besides the shared things. */
export interface OutcomeContext<P extends ParameterTable> {
  /** The results of the tasks, in order. */
  readonly results: readonly unknown[];
  /** The settings of the run. */
  readonly settings: Settings<P>;
}

/** Whether an outcome is possible. Written as a method type, so that any program is an {@linkcode AnyProgram}. */
export type OutcomeTest<O> = { test(outcome: O | Failed): boolean }["test"];

/** What every program declares about itself, whatever runs its parts. */
export interface ProgramClaim<P extends ParameterTable, O> {
  /** Its name on the command line. */
  readonly name: string;
  /** What it demonstrates, in one sentence. */
  readonly claim: string;
  /** The variants that have a known bug on purpose; none by default. */
  readonly specimens?: readonly string[];
  /** Its variants, the first of which is the default; a single variant `plain` by default. */
  readonly variants?: readonly string[];
  /** The parameters. */
  readonly parameters?: P;
  /**
   * The part of an outcome that is the same on every schedule; by default the whole outcome, or nothing for a specimen.
   */
  independent?(outcome: O | Failed, settings: Settings<P>): unknown;
  /** All possible outcomes, as a list or a test. */
  expected(settings: Settings<P>): readonly (O | Failed)[] | OutcomeTest<O>;
  /**
   * The right ones among them; any other outcome of a specimen shows its bug. By default all of them. For a specimen,
   * by default the outcomes of its first variant without a bug, or, if there is none, those in which no task failed.
   */
  right?(settings: Settings<P>): readonly (O | Failed)[] | OutcomeTest<O>;
}

/** A type-level marker that tells the compiler the types of the shared things before it checks the tasks. */
export interface SharingOf<S extends Shareables> {
  /** Never present. */
  readonly [SHARING]?: S;
}

/** See {@linkcode SharingOf}. */
export const SHARING: unique symbol = Symbol("sharing");

/** The definition of a program. */
export interface ProgramSpec<P extends ParameterTable, S extends Shareables, O> extends ProgramClaim<P, O> {
  /** The module that exports it: `import.meta.url`. Without it, the program runs only in direct mode. */
  readonly module?: string;
  /** The shared things; must come before `tasks`. */
  shared(settings: Settings<P>): S;
  /**
   * The tasks. If a call such as `map` creates them, `tasks` must use its settings parameter, so that the things' types
   * are known.
   */
  tasks(settings: Settings<P> & SharingOf<NoInfer<S>>): readonly ProgramTask<NoInfer<S>>[];
  /** Reads the outcome, as plain data, once all tasks have returned. */
  outcome(shared: Shared<NoInfer<S>>, context: OutcomeContext<P>): Steps<O>;
  /**
   * A condition that holds between any two operations of tasks. Tasks do not notice that it is read, and it is not read
   * while a task is changing a thing whose state it asks for.
   */
  invariant?(shared: Shared<NoInfer<S>>): Steps<boolean>;
}

/** A complete program. */
export interface Program<
  P extends ParameterTable = ParameterTable,
  S extends Shareables = Shareables,
  O = unknown,
> extends Required<Omit<ProgramSpec<P, S, O>, "module" | "invariant">>, Pick<ProgramSpec<P, S, O>, "invariant"> {
  /** Distinguishes programs from other exports. */
  readonly isHoldfastProgram: true;
  /** The URL of the module that exports it. */
  readonly module: string | undefined;
}

/** Any program. */
// Its functions take settings and shared things of its own types, which only its runner matches.
export type AnyProgram = Program<ParameterTable, Shareables, unknown>;

/** What a run may set. */
export interface SettingsOptions {
  /** The variant; the first by default. */
  readonly variant?: string | undefined;
  /** The seed; 0 by default. */
  readonly seed?: number | undefined;
  /** The parameters that differ from their defaults. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Defines a program.
 *
 * @throws {DefinitionError} if a part is missing or invalid.
 */
export function defineProgram<const P extends ParameterTable, S extends Shareables, O>(
  spec: ProgramSpec<P, S, O>,
): Program<P, S, O> {
  const claim = claimOf<P, O>(spec);
  checkDefinition(spec, { shared: "function", tasks: "function", outcome: "function" }, claim);
  return Object.freeze({ ...spec, ...claim, module: spec.module, [COPY]: THIS_COPY });
}

/**
 * The steps that read an outcome.
 *
 * @throws {TypeError} if the program returns something other than steps, such as a list of steps.
 */
export function outcomeSteps(
  program: AnyProgram,
  shared: Shared<Shareables>,
  context: OutcomeContext<ParameterTable>,
): Steps<unknown> {
  const steps: unknown = program.outcome(shared, context);
  if (typeof steps === "object" && steps !== null && !Array.isArray(steps) && Symbol.iterator in steps) {
    return steps as Steps<unknown>;
  }
  const is = Array.isArray(steps) ? "a list" : typeof steps;
  throw new TypeError(
    `Cannot read the outcome of ${program.name}: it gives ${is}, steps are wanted, ` +
      "such as *outcome({ a, b }) { return [yield* a.load(), yield* b.load()]; }",
  );
}

/** The symbol under which a program records which copy of the library defined it. */
const COPY = Symbol.for("holdfast: defined by");
const THIS_COPY = {};

/** Whether another copy of the library defined a program; its steps do not understand this copy's answers. */
export function isForeign(program: AnyProgram): boolean {
  const copy: unknown = Reflect.get(program, COPY);
  return copy !== undefined && copy !== THIS_COPY;
}

/** A program's declarations, with defaults filled in. */
export function claimOf<P extends ParameterTable, O>(
  spec: ProgramClaim<P, O>,
): Required<ProgramClaim<P, O>> & { readonly isHoldfastProgram: true } {
  const { variants = ["plain"], specimens = [] } = spec;
  return {
    ...spec,
    isHoldfastProgram: true,
    variants,
    specimens,
    // A program without parameters has an empty table, whatever type was inferred.
    parameters: spec.parameters ?? {} as P,
    independent: spec.independent ?? ((outcome, { variant }) => specimens.includes(variant) ? null : outcome),
    right: spec.right ?? ((settings) => {
      if (!specimens.includes(settings.variant)) return spec.expected(settings);
      const twin = variants.find((variant) => !specimens.includes(variant));
      return twin === undefined ? (outcome) => !isFailed(outcome) : spec.expected({ ...settings, variant: twin });
    }),
  };
}

/** Whether a value is a program on shared memory, of this copy of the library or another. */
export function isProgram(value: unknown): value is AnyProgram {
  return typeof value === "object" && value !== null && "isHoldfastProgram" in value &&
    value.isHoldfastProgram === true && !("main" in value);
}

/** The parts of any program that settings depend on. */
export interface Adjustable<P extends ParameterTable> {
  /** The program's name. */
  readonly name: string;
  /** Its variants; the first is the default. */
  readonly variants: readonly string[];
  /** Its parameters. */
  readonly parameters: P;
}

/**
 * The settings of a run, with defaults for what is not given.
 *
 * @throws {RangeError} if the program has no such parameter or variant, or a value is out of range.
 */
export function settingsOf<P extends ParameterTable>(
  program: Adjustable<P>,
  { variant = program.variants[0] ?? "plain", seed = 0, parameters = {} }: SettingsOptions = {},
): Settings<P> {
  if (!program.variants.includes(variant)) {
    throw new RangeError(
      `Cannot run ${program.name}: variant ${variant}, one of ${program.variants.join(", ")} is wanted`,
    );
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(
      `Cannot run ${program.name}: seed ${seed}, a whole number from -(2^53 - 1) to 2^53 - 1 is wanted`,
    );
  }
  const unknown = Object.keys(parameters).find((name) => !Object.hasOwn(program.parameters, name));
  if (unknown !== undefined) {
    const names = Object.keys(program.parameters).join(", ") || "none";
    throw new RangeError(`Cannot run ${program.name}: parameter ${unknown}, one of its own (${names}) is wanted`);
  }
  const values = Object.entries(program.parameters).map(([name, parameter]) => {
    const value = parameters[name] ?? parameter.default;
    const fault = faultOf(parameter, value);
    if (fault === undefined) return [name, value];
    throw new RangeError(`Cannot run ${program.name}: ${name} is ${String(value)}, ${fault} is wanted`);
  });
  return { variant, seed, parameters: Object.fromEntries(values) as ParameterValues<P> };
}
