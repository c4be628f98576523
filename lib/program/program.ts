/**
 * What a program is: shared things, tasks that use them, and what must come out.
 *
 * - A program is a description and holds nothing; a run gives it memory, and each task its own view of the shared things.
 * - Its outcome is plain data. `independent` names the part that is the same on every schedule and so in every mode; the
 *   whole must lie in the `expected` set. A failure of tasks is an outcome too: `{ failed: [...] }`.
 * - Parameters have defaults and ranges, variants are twins of one text: the first is the default.
 * - It runs elsewhere if `module` says where it is exported: a guest imports that module and looks for its name.
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
 * if (settings.parameters.times !== 5 || counter.tasks(settings).length !== 2) throw new Error("two tasks, 5 times");
 * ```
 */

import type { Steps } from "../memory/mod.ts";
import type { Shareables, Shared } from "../sync/mod.ts";
import { checkDefinition } from "./definition.ts";
import { faultOf, type ParameterTable, type ParameterValues } from "./parameter.ts";

/** What a run of a program is told. */
export interface Settings<P extends ParameterTable = ParameterTable> {
  /** The variant. */
  readonly variant: string;
  /** The parameters, checked and complete. */
  readonly parameters: ParameterValues<P>;
  /** Decides all chance. */
  readonly seed: number;
}

/** One task of a program. */
export interface ProgramTask<S extends Shareables> {
  /** Its name, unique in the program. */
  readonly name: string;
  /** Whether it is stopped when all others have ended, and then counts as one that gave nothing. */
  readonly daemon?: boolean;
  /** What it does; what it returns is structured-cloneable. */
  run(shared: Shared<S>): Steps<unknown>;
}

/** A task that failed. */
export interface TaskFailure {
  /** The task's name. */
  readonly task: string;
  /** The name of the error's class. */
  readonly error: string;
  /** Its message. */
  readonly message: string;
}

/** The outcome of a run in which tasks failed. */
export interface Failed {
  /** Who failed, in the order of the tasks. */
  readonly failed: readonly TaskFailure[];
}

/** What `outcome` can look at besides the shared things. */
export interface OutcomeContext<P extends ParameterTable> {
  /** What the tasks returned, in their order. */
  readonly results: readonly unknown[];
  /** How the run was set. */
  readonly settings: Settings<P>;
}

/** Says whether an outcome is possible. Spelled as a method's type, so that any program is an {@linkcode AnyProgram}. */
export type OutcomeTest<O> = { test(outcome: O | Failed): boolean }["test"];

/** What every program says of itself, whatever runs its parts. */
export interface ProgramClaim<P extends ParameterTable, O> {
  /** The name on the command line. */
  readonly name: string;
  /** What it shows, in one sentence. */
  readonly claim: string;
  /** The variants that have a known bug, kept on purpose; none by default. */
  readonly specimens?: readonly string[];
  /** The variants; the first is the default. One without a name of its own is `plain`. */
  readonly variants?: readonly string[];
  /** The parameters. */
  readonly parameters?: P;
  /** The part of an outcome that is the same on every schedule; all of it by default, nothing for a specimen. */
  independent?(outcome: O | Failed, settings: Settings<P>): unknown;
  /** All possible outcomes, as a list or as a test. */
  expected(settings: Settings<P>): readonly (O | Failed)[] | OutcomeTest<O>;
  /**
   * Those of them that are right: what a specimen may come to besides shows its bug. By default all of them; for a specimen
   * what its first variant without a bug may come to, or where there is none, that no task failed.
   */
  right?(settings: Settings<P>): readonly (O | Failed)[] | OutcomeTest<O>;
}

/** Nothing but a type: what tells the compiler the types of the shared things before it looks at the tasks. */
export interface SharingOf<S extends Shareables> {
  /** Never there. */
  readonly [SHARING]?: S;
}

/** See {@linkcode SharingOf}. */
export const SHARING: unique symbol = Symbol("sharing");

/** What a program is made of. */
export interface ProgramSpec<P extends ParameterTable, S extends Shareables, O> extends ProgramClaim<P, O> {
  /** Where it is exported: `import.meta.url`. Without it, it runs in direct mode only. */
  readonly module?: string;
  /** The shared things; it stands before `tasks`. */
  shared(settings: Settings<P>): S;
  /** The tasks. Where they are made by a call, such as `map`, it takes the settings: so they know the types of the things. */
  tasks(settings: Settings<P> & SharingOf<NoInfer<S>>): readonly ProgramTask<NoInfer<S>>[];
  /** What came out, as plain data, read when all tasks have ended well. */
  outcome(shared: Shared<NoInfer<S>>, context: OutcomeContext<P>): Steps<O>;
  /**
   * What holds between any two operations of tasks; read without being seen by them, and not while a task is in the middle of
   * changing a thing whose state it asks for.
   */
  invariant?(shared: Shared<NoInfer<S>>): Steps<boolean>;
}

/** A program, complete. */
export interface Program<
  P extends ParameterTable = ParameterTable,
  S extends Shareables = Shareables,
  O = unknown,
> extends Required<Omit<ProgramSpec<P, S, O>, "module" | "invariant">>, Pick<ProgramSpec<P, S, O>, "invariant"> {
  /** Tells programs from other exports. */
  readonly isHoldfastProgram: true;
  /** Where it is exported. */
  readonly module: string | undefined;
}

/** Any program. */
// Its functions take the settings and shared things of its own types, which only its runner puts together.
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
 * Makes a program.
 *
 * @throws {DefinitionError} if a part is missing or makes no sense.
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
 * @throws {TypeError} if the program gives something else, such as a list of steps.
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

/** Under this symbol a program says by which copy of the library it was defined. */
const COPY = Symbol.for("holdfast: defined by");
const THIS_COPY = {};

/** Whether another copy of the library defined a program, whose steps do not know what this copy answers. */
export function isForeign(program: AnyProgram): boolean {
  const copy: unknown = Reflect.get(program, COPY);
  return copy !== undefined && copy !== THIS_COPY;
}

/** What a program says of itself, complete. */
export function claimOf<P extends ParameterTable, O>(
  spec: ProgramClaim<P, O>,
): Required<ProgramClaim<P, O>> & { readonly isHoldfastProgram: true } {
  const { variants = ["plain"], specimens = [] } = spec;
  return {
    ...spec,
    isHoldfastProgram: true,
    variants,
    specimens,
    // A program without parameters has an empty table, whatever type was inferred for none.
    parameters: spec.parameters ?? {} as P,
    independent: spec.independent ?? ((outcome, { variant }) => specimens.includes(variant) ? null : outcome),
    right: spec.right ?? ((settings) => {
      if (!specimens.includes(settings.variant)) return spec.expected(settings);
      const twin = variants.find((variant) => !specimens.includes(variant));
      return twin === undefined ? (outcome) => !isFailed(outcome) : spec.expected({ ...settings, variant: twin });
    }),
  };
}

/** Whether an outcome is that of a run in which tasks failed. */
export function isFailed(outcome: unknown): outcome is Failed {
  return typeof outcome === "object" && outcome !== null && "failed" in outcome && Array.isArray(outcome.failed);
}

/** Whether a value is a program over shared memory, of this copy of the library or of another. */
export function isProgram(value: unknown): value is AnyProgram {
  return typeof value === "object" && value !== null && "isHoldfastProgram" in value &&
    value.isHoldfastProgram === true && !("main" in value);
}

/** What settings are settings of: any kind of program. */
export interface Adjustable<P extends ParameterTable> {
  /** The program's name. */
  readonly name: string;
  /** Its variants; the first is the default. */
  readonly variants: readonly string[];
  /** Its parameters. */
  readonly parameters: P;
}

/**
 * The settings of a run: defaults where nothing is given.
 *
 * @throws {RangeError} if a parameter or the variant is none that the program has, or is out of range.
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
