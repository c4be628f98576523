/**
 * Explores a program for the page, in turns, so that it hears when nobody wants more.
 *
 * - What it comes to is what `deno task explore` comes to with the same program, settings and options.
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

/** An exploration, as the app asks for it. */
export interface ExploreKind {
  readonly request: Setting & {
    readonly strategy: Strategy;
    readonly budget: number;
    /** Whether to go on after a bug, so that the outcomes are complete. */
    readonly keepGoing: boolean;
    /** The outcome that is looked for; any bug where it is absent. */
    readonly find?: { readonly outcome: unknown };
  };
  /** How many schedules were run so far. */
  readonly update: number;
  readonly answer: {
    readonly result: ExploreResult;
    /** Its outcomes as people read them. */
    readonly texts: readonly string[];
    /** Whether it was ended before it was done. */
    readonly interrupted: boolean;
    readonly tried: Tried;
    /** The names of the tasks. */
    readonly tasks: readonly string[];
    /** How long it took, in milliseconds. */
    readonly ms: number;
  };
}

/** For how long it goes on between two turns, in milliseconds. */
const SLICE = 20;

/** Explores it. */
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
 * The program of a name, whose tasks share memory.
 *
 * @throws {TypeError} where there is none.
 */
export function explorable(name: string): AnyProgram {
  const program = programNamed(name);
  if (isProgram(program)) return program;
  throw new TypeError(
    `Cannot explore ${name}: its main runs on the host, a program whose tasks share memory is wanted`,
  );
}
