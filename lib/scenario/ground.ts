/**
 * Grounds: where scenarios run, and what drains their microtasks. A ground is a context with a queue of its own, or the
 * caller's realm. `vm_ground.ts` creates both; `browser/vm_ground.ts` creates those of a browser.
 *
 * - `own-queue`: a drain ends before `drain` returns, and one that takes too long is ended.
 * - `turn`: the platform's own classes are available, such as `Request` and streams. The caller takes a turn of the
 *   event loop after a drain. Outside of Deno all microtasks run in that turn, so nothing ends an endless loop
 *   there, and code that they create from strings is not refused. Everything that is not part of the language is
 *   shadowed.
 */

import { ScenarioError } from "../errors.ts";
import type { TextMaker } from "./world/texts.ts";

/** The ways to drain the microtasks of scenarios. */
export const drains = ["own-queue", "turn"] as const;

/** A way to drain the microtasks of a scenario. */
export type Drain = typeof drains[number];

/** How a drain ended; `endless` if it took too long. */
export type Drained = "done" | "endless";

/** Thrown if the scenario needs something that only the world of drain `turn` has. */
export class NeedsTurnError extends ScenarioError {}

/** Thrown if the module of a worker must be bundled first. */
export class NeedsModuleError extends ScenarioError {
  /** The URL of the module. */
  readonly module: string;

  /** Creates the error. */
  constructor(message: string, { module }: { readonly module: string }) {
    super(message);
    this.module = module;
  }
}

/**
 * Thrown if code is created from a string. Such code finds the globals of its realm, so each run must be the first one
 * there.
 */
export class NeedsTextError extends ScenarioError {}

/** Thrown if a function must be compiled first, which takes turns of the event loop. */
export class NeedsCompiledError extends ScenarioError {
  /** Compiles the function. */
  readonly compile: () => Promise<void>;

  /** Creates the error. */
  constructor(compile: () => Promise<void>) {
    super("Cannot run a text at once: a browser compiles modules alone, one that is imported is wanted");
    this.compile = compile;
  }
}

/** The name of the global property that holds the code of a drain. */
export const JOB = "__job";

/** A function as text. */
export interface FunctionText {
  /** The names of its parameters. */
  readonly names: readonly string[];
  /** The text around its code, on lines of its own, which do not count. */
  readonly around: readonly [before: string, after: string];
  /** Its code. */
  readonly code: string;
  /** The file name in stacks. */
  readonly filename: string;
  /** Called with the specifier if it imports something outside the bundle; not in a browser. */
  readonly imports?: (specifier: string) => never;
}

/** Options for sealing a ground. */
export interface Sealing {
  /** Whether code may be created from strings. */
  readonly isWhole: boolean;
  /** The functions that create it. */
  readonly makers: readonly TextMaker[];
}

/** A ground for scenarios. */
export interface Ground {
  /** Whether it is a realm separate from the caller's. */
  readonly isApart: boolean;
  /** The objects of the language by name, which all runs share. */
  readonly language: Record<string, unknown>;
  /** The objects of the language that have no name: the prototypes of what syntax creates. */
  readonly unnamed: readonly object[];
  /** The names of globals to hide. */
  readonly hidden: readonly string[];
  /** Compiles a function from its text. */
  compile(text: FunctionText): (...args: readonly unknown[]) => never;
  /**
   * Seals the realm, so that code that bypasses its globals finds no clock and no chance; with `isWhole`, it finds the
   * whole world.
   */
  seal(globals: Readonly<Record<string, unknown>>, options: Sealing): void;
  /** Calls a function, and runs all microtasks that result, for at most `timeout` milliseconds. */
  drain(act: () => void, options: { readonly timeout: number }): Drained;
}
