/**
 * Where scenarios run, and what drains their microtasks: a context with a queue of its own, or the caller's own realm.
 * `vm_ground.ts` makes both, `browser/vm_ground.ts` what a browser has.
 *
 * - `own-queue`: a drain ends before `drain` returns, and one that takes too long is ended.
 * - `turn`: the platform's own classes are there, such as `Request` and streams. A turn of the event loop follows, which the caller
 *   takes; in a browser all microtasks are done there, and nothing ends an endless loop. All that is no part of the language is
 *   shadowed.
 */

import { ScenarioError } from "../errors.ts";
import type { TextMaker } from "./world/texts.ts";

/** What drains the microtasks of scenarios. */
export const drains = ["own-queue", "turn"] as const;

/** What drains the microtasks of a scenario. */
export type Drain = typeof drains[number];

/** How a drain ended: `endless` where it took too long. */
export type Drained = "done" | "endless";

/** What is asked for is in the world of the other drain. */
export class NeedsTurnError extends ScenarioError {}

/** The module of a worker has to be bundled first. */
export class NeedsModuleError extends ScenarioError {
  /** Its URL. */
  readonly module: string;

  /** Names the module. */
  constructor(message: string, { module }: { readonly module: string }) {
    super(message);
    this.module = module;
  }
}

/** Code is made of a text, which finds the globals of its realm: so each run has to be the first one there. */
export class NeedsTextError extends ScenarioError {}

/** A function has to be compiled first, which takes turns of the event loop; then it is at hand. */
export class NeedsCompiledError extends ScenarioError {
  /** Compiles it. */
  readonly compile: () => Promise<void>;

  /** Takes what compiles it. */
  constructor(compile: () => Promise<void>) {
    super("Cannot run a text at once: a browser compiles modules alone, one that is imported is wanted");
    this.compile = compile;
  }
}

/** What is on the global object for the code of a drain. */
export const JOB = "__job";

/** A function as text. */
export interface FunctionText {
  /** The names of its parameters. */
  readonly names: readonly string[];
  /** What stands around its code: on lines of their own, which do not count. */
  readonly around: readonly [before: string, after: string];
  /** Its code. */
  readonly code: string;
  /** What stacks call it. */
  readonly filename: string;
  /** Called where it imports what is no part of it, by the specifier; a browser does not call it. */
  readonly imports?: (specifier: string) => never;
}

/** How a ground is sealed. */
export interface Sealing {
  /** Whether code may be made of texts. */
  readonly isWhole: boolean;
  /** What makes it. */
  readonly makers: readonly TextMaker[];
}

/** Where scenarios run. */
export interface Ground {
  /** Whether it is a realm apart from the caller's. */
  readonly isApart: boolean;
  /** The objects of the language by name, which all runs share. */
  readonly language: Record<string, unknown>;
  /** What of the language no name leads to: what syntax makes inherits from it. */
  readonly unnamed: readonly object[];
  /** Names that stand for nothing. */
  readonly hidden: readonly string[];
  /** Makes a function of its text. */
  compile(text: FunctionText): (...args: readonly unknown[]) => never;
  /** Has code that reaches past its globals find no clock and no chance there; with `isWhole`, all of the world. */
  seal(globals: Readonly<Record<string, unknown>>, options: Sealing): void;
  /** Does something, and all microtasks that come of it; for at most so many milliseconds. */
  drain(act: () => void, options: { readonly timeout: number }): Drained;
}
