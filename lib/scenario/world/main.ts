/**
 * The entry of the world, which a realm evaluates first: it creates the worlds of runs. A bundle of this file is the
 * evaluated text.
 *
 * - A world is created once and used for one run after another; `begin` forgets everything that belonged to the last
 *   one.
 */

import { uncaught } from "./events.ts";
import { globalsOf, type HostParts } from "./globals.ts";
import { type Completion, Outside } from "./outside.ts";
import { cloned } from "./clone.ts";
import { Scope } from "./scope.ts";
import { type NotInWorldError, refusals } from "./refused.ts";

/** Evaluates the user's module for one run; returns a promise of its exports. */
type Evaluate = (globals: Readonly<Record<string, unknown>>) => unknown;

/** Options of a run. */
export interface Started {
  readonly evaluate: Evaluate;
  /** The name of the exported function; undefined if only the names are needed. */
  readonly name: string | undefined;
  /** The second argument of the scenario. */
  readonly input: unknown;
  /** Whether to record where things are requested. */
  readonly traces: boolean;
  /** Whether the module uses an object of all globals. */
  readonly isGlobal: boolean;
}

/** A run and its outside. */
class Run {
  readonly outside = new Outside();
  readonly #own: Readonly<Record<string, unknown>>;
  readonly #world: object;
  readonly #base: object;
  /** The error for something the run used that the world lacks. */
  refused: NotInWorldError | undefined;
  /** Why the export is not a scenario; undefined if it is, or if that is not known yet. */
  unfit: string | undefined;
  /** The names of the exported functions, if only these are needed. */
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

  /** The globals of the module. */
  get globals(): Readonly<Record<string, unknown>> {
    return this.#own;
  }

  /** The values of the world that the scenario receives. */
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
    // Clears the last match, which RegExp exposes.
    /(?:)/.exec("");
    // In a microtask, as platforms evaluate modules.
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

  /** Ends the run with an error that nobody could catch. */
  crashes(error: unknown): void {
    this.outside.crash ??= { error };
  }

  /** Reports an unhandled rejection; returns whether a listener received it. */
  handles(reason: unknown, promise: unknown): boolean {
    this.blamed();
    try {
      return this.outside.handles(reason, promise);
    } catch (error) {
      this.outside.fails(error);
      return true;
    }
  }

  /** Performs a completion. */
  perform(completion: Completion): void {
    this.#listening(() => this.outside.perform(completion));
  }

  /** Runs the ticks that microtasks have queued. */
  tick(): void {
    this.#listening(() => this.outside.runTicks());
  }

  #listening(act: () => void): void {
    this.blamed();
    act();
  }

  /** Attributes errors in microtasks to this run. */
  blamed(): void {
    uncaught.report = (error) => this.outside.fails(error);
    refusals.tell = (error) => this.outside.refuses(error);
  }
}

/** Creates an object of all globals for a run; what code adds to it disappears with the run. */
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

/** The type of a value; classes are a separate type. */
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

/** Makes errors in microtasks call `doubt`, because with several runs in a drain they cannot be attributed to one. */
export function blameNobody(doubt: () => void): void {
  uncaught.report = doubt;
  refusals.tell = doubt;
}

export { EventEmitter } from "./node/emitter.ts";
export { tellingPromise } from "./promises.ts";
export { refuseImport } from "./refused.ts";
export { textMakers } from "./texts.ts";

/** Creates a run, given the host's parts. */
export function makeRun(host: HostParts): Run {
  return new Run(host);
}

/** Creates the scope of a worker, for one run after another. */
export function makeScope(host: HostParts, outside: Outside): Scope {
  return new Scope(host, outside);
}

export type { Run, Scope };
