/**
 * What a realm evaluates first: it makes the worlds of runs. A bundle of this file is the text that is evaluated.
 *
 * - A world is made once and used for one run after the other; `begin` forgets all that belonged to the last one.
 */

import { uncaught } from "./events.ts";
import { globalsOf, type HostParts } from "./globals.ts";
import { type Completion, Outside } from "./outside.ts";
import { cloned } from "./clone.ts";
import { Scope } from "./scope.ts";
import { type NotInWorldError, refusals } from "./refused.ts";

/** A module of the user's, evaluated for one run: a promise of its exports. */
type Evaluate = (globals: Readonly<Record<string, unknown>>) => unknown;

/** What is run. */
export interface Started {
  readonly evaluate: Evaluate;
  /** The name of the function among the exports; undefined where only their names are wanted. */
  readonly name: string | undefined;
  /** What it is handed besides the world. */
  readonly input: unknown;
  /** Whether where things are asked for is kept. */
  readonly traces: boolean;
  /** Whether the module asks for an object of all globals. */
  readonly isGlobal: boolean;
}

/** A run and its outside. */
class Run {
  readonly outside = new Outside();
  readonly #own: Readonly<Record<string, unknown>>;
  readonly #world: object;
  readonly #base: object;
  /** What the run used that the world lacks. */
  refused: NotInWorldError | undefined;
  /** Why the export is no scenario; undefined where it is one, or nobody knows yet. */
  unfit: string | undefined;
  /** The names of the exported functions, where no more of them is wanted. */
  functions: readonly string[] | undefined;

  constructor(host: HostParts) {
    const { globals, world } = globalsOf(this.outside, host);
    this.#own = globals;
    this.#world = world;
    this.#base = host.base;
    this.outside.refuses = (error) => {
      this.refused ??= error as NotInWorldError;
    };
  }

  /** What the module finds as globals. */
  get globals(): Readonly<Record<string, unknown>> {
    return this.#own;
  }

  /** What the scenario is handed. */
  get given(): readonly unknown[] {
    return Object.values(this.#world);
  }

  /** Begins a run: evaluates the module and calls the function. */
  begin({ evaluate, name, input, traces, isGlobal }: Started): void {
    const { outside } = this;
    outside.traces = traces;
    outside.reset();
    this.refused = undefined;
    this.unfit = undefined;
    const globals = isGlobal ? whole(this.#own, this.#base) : this.#own;
    this.blamed();
    // What was matched last, RegExp tells: nothing.
    /(?:)/.exec("");
    // As platforms evaluate modules: in a microtask.
    void this.#call({ evaluate, name, input, globals });
  }

  async #call(
    { evaluate, name, input, globals }: Omit<Started, "traces" | "isGlobal"> & {
      readonly globals: Readonly<Record<string, unknown>>;
    },
  ): Promise<void> {
    const { outside } = this;
    await undefined;
    try {
      const exports = await evaluate(globals) as Readonly<Record<string, unknown>>;
      if (name === undefined) {
        this.functions = Object.keys(exports).filter((name) => kindOf(exports[name]) === "function");
        return;
      }
      const scenario = exports[name];
      if (kindOf(scenario) !== "function") {
        this.unfit = `is ${withArticle(kindOf(scenario))}`;
        return;
      }
      const given = (scenario as (...args: readonly unknown[]) => unknown)({ ...this.#world }, cloned(input));
      if (!isThenable(given)) this.unfit = isGenerator(given) ? "is a generator" : "returns no promise";
      outside.value = await given;
      outside.state = "returned";
    } catch (error) {
      outside.value = error;
      outside.state = "threw";
    }
  }

  /** Has an error end the run that nobody could catch. */
  crashes(error: unknown): void {
    this.outside.crash ??= { error };
  }

  /** Tells of a rejection that nobody handles; whether somebody hears of it. */
  handles(reason: unknown, promise: unknown): boolean {
    this.blamed();
    try {
      return this.outside.handles(reason, promise);
    } catch (error) {
      this.outside.fails(error);
      return true;
    }
  }

  /** Lets a completion come. */
  perform(completion: Completion): void {
    this.#listening(() => this.outside.perform(completion));
  }

  /** Runs the ticks that microtasks have put in line. */
  tick(): void {
    this.#listening(() => this.outside.runTicks());
  }

  #listening(act: () => void): void {
    this.blamed();
    act();
  }

  /** Has it blamed for what goes wrong in microtasks. */
  blamed(): void {
    uncaught.report = (error) => this.outside.fails(error);
    refusals.tell = (error) => this.outside.refuses(error);
  }
}

/** An object of all globals, of a run of its own: what code puts there goes with the run. */
export function whole(
  globals: Readonly<Record<string, unknown>>,
  base: object,
): Readonly<Record<string, unknown>> {
  const all: Record<string, unknown> = Object.create(base, Object.getOwnPropertyDescriptors(globals));
  for (const own of GLOBAL_NAMES) Object.defineProperty(all, own, { value: all, writable: true, configurable: true });
  return all;
}

/** The names of the object of all globals. */
export const GLOBAL_NAMES: readonly string[] = ["globalThis", "self", "global"];

/** The type of a value; classes are a kind of their own. */
function kindOf(value: unknown): string {
  if (typeof value !== "function") return value === null ? "null" : typeof value;
  return /^class\b/.test(Function.prototype.toString.call(value)) ? "class" : "function";
}

function withArticle(kind: string): string {
  return /^(?:null|undefined)$/.test(kind) ? kind : `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}

function isGenerator(value: unknown): boolean {
  return typeof value === "object" && value !== null && "next" in value && typeof value.next === "function";
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** Where several runs share a drain nobody knows which of them a microtask is of: `doubt` hears of what goes wrong there. */
export function blameNobody(doubt: () => void): void {
  uncaught.report = doubt;
  refusals.tell = doubt;
}

export { EventEmitter } from "./node/emitter.ts";
export { tellingPromise } from "./promises.ts";
export { refuseImport } from "./refused.ts";
export { textMakers } from "./texts.ts";

/** Makes what runs, given the host's parts. */
export function makeRun(host: HostParts): Run {
  return new Run(host);
}

/** Makes the own side of a worker, of one run after the other. */
export function makeScope(host: HostParts, outside: Outside): Scope {
  return new Scope(host, outside);
}

export type { Run, Scope };
