/**
 * Explores a program for the page, in slices, so that it notices when the work is no longer wanted.
 *
 * - The result is that of `deno task explore` with the same program, settings and options.
 */

import {
  type AnyProgram,
  exploreInSlices,
  type ExploreResult,
  isProgram,
  settingsOf,
  type Strategy,
  turn,
} from "../holdfast.ts";
import type { Handler } from "./handler.ts";
import { outcomeText } from "./outcome_text.ts";
import { programNamed } from "./programs.ts";
import { RunTree, type Tried } from "./tried.ts";

/** A program with its settings. */
export interface Setting {
  readonly program: string;
  readonly variant: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

/** The kind of request for an exploration. */
export interface ExploreKind {
  readonly request: Setting & {
    readonly strategy: Strategy;
    readonly budget: number;
    /** Whether to continue after a bug, so that the outcomes are complete. */
    readonly keepGoing: boolean;
    /** The outcome to look for; any bug if absent. */
    readonly find?: { readonly outcome: unknown };
  };
  /** How many schedules were run so far. */
  readonly update: number;
  readonly answer: {
    readonly result: ExploreResult;
    /** Its outcomes as text. */
    readonly texts: readonly string[];
    /** Whether it was stopped early. */
    readonly interrupted: boolean;
    readonly tried: Tried;
    /** The names of the tasks. */
    readonly tasks: readonly string[];
    /** How long it took, in milliseconds. */
    readonly ms: number;
  };
}

/** How long a slice takes, in milliseconds. */
const SLICE = 20;

/** Explores a program. */
export const explore: Handler<ExploreKind> = async ({ program: name, ...options }, { update, signal }) => {
  let tree = new RunTree();
  const watch = () => {
    tree = new RunTree();
    return (run: Parameters<RunTree["add"]>[0]) => tree.add(run);
  };
  const started = performance.now();
  const program = explorable(name);
  const tasks = program.tasks(settingsOf(program, options)).map(({ name }) => name);
  const slices = exploreInSlices(program, { ...options, watch });
  for (let turned = started;;) {
    const { done, value } = slices.next(signal.aborted);
    if (done) {
      const ms = performance.now() - started;
      const texts = value.outcomes.map(({ outcome }) => outcomeText(outcome));
      return { result: value, texts, interrupted: signal.aborted, tried: tree.told(), tasks, ms };
    }
    if (performance.now() - turned < SLICE) continue;
    update(value.schedules);
    await turn();
    turned = performance.now();
  }
};

/**
 * The program of that name, if its tasks share memory.
 *
 * @throws {TypeError} if there is none.
 */
export function explorable(name: string): AnyProgram {
  const program = programNamed(name);
  if (isProgram(program)) return program;
  throw new TypeError(
    `Cannot explore ${name}: its main runs on the host, a program whose tasks share memory is wanted`,
  );
}
