/**
 * Where scenarios run, and what drains their microtasks: a context with a queue of its own, or the caller's own realm.
 *
 * - `own-queue`: a drain ends before `drain` returns, and one that takes too long is ended.
 * - `turn`: what the code put in line is done in the next turn of the event loop, which the caller takes. The platform's own
 *   classes are there, such as `Request` and streams. All that is no part of the language is shadowed; nothing ends an endless loop.
 */

import vm from "node:vm";
import { ScenarioError } from "../errors.ts";

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

/** Where scenarios run. */
export interface Ground {
  readonly drains: Drain;
  /** Where code is compiled; the caller's own realm where there is none. */
  readonly context: vm.Context | undefined;
  /** The objects of the language by name, which all runs share. */
  readonly language: Record<string, unknown>;
  /** What of the language no name leads to: what syntax makes inherits from it. */
  readonly unnamed: readonly object[];
  /** A key of these that is left alone. */
  readonly job: string;
  /** Names that stand for nothing. */
  readonly hidden: readonly string[];
  /** Has code that reaches past its globals find no clock and no chance there; with `isWhole`, all of the world. */
  seal(globals: Readonly<Record<string, unknown>>, options: { readonly isWhole: boolean }): void;
  /** Does something, and all microtasks that come of it; for at most so many milliseconds. */
  drain(act: () => void, options: { readonly timeout: number }): Drained;
}

const JOB = "__job";
/** The prototypes that no name leads to, and what makes functions of each kind. */
const UNNAMED = `(() => {
  const { getPrototypeOf } = Object;
  const inherited = [
    [][Symbol.iterator](), ""[Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](), /a/[Symbol.matchAll](""),
    Iterator.from([].values()).map(String), function* () {}.prototype, async function* () {}.prototype, Uint8Array.prototype,
    async function () {}, function* () {}, async function* () {},
  ].map(getPrototypeOf);
  return [...inherited, ...inherited.map(getPrototypeOf), getPrototypeOf(Uint8Array)].filter((one) => one !== Object.prototype);
})()`;
/** What of a new realm reads clocks, waits or lives outside: the world has its own. */
const REMOVED = ["WebAssembly", "queueMicrotask", "console", "Temporal", "FinalizationRegistry", "WeakRef"];

/** What of the language reads clocks or chance. */
const CLOCKED = ["Date", "Math", "Intl"];

/** Makes the ground of a drain. */
export function groundOf(drain: Drain): Ground {
  return drain === "turn" ? new CallersRealm() : new OwnQueue();
}

/** A context whose microtask queue is its own. */
class OwnQueue implements Ground {
  readonly drains = "own-queue";
  readonly context: vm.Context;
  readonly language: Record<string, unknown>;
  readonly unnamed: readonly object[];
  readonly job = JOB;
  readonly hidden: readonly string[] = [];
  readonly #script = new vm.Script(`${JOB}()`, { filename: "holdfast-scenario:job" });

  constructor() {
    // An ordinary global object, without interceptors. Its type in Deno says that it is a number.
    const ordinary: unknown = vm.constants.DONT_CONTEXTIFY;
    this.context = vm.createContext(ordinary as object, { microtaskMode: "afterEvaluate" });
    this.language = vm.runInContext("globalThis", this.context);
    this.unnamed = vm.runInContext(UNNAMED, this.context);
    this.language[JOB] = () => {};
  }

  seal(globals: Readonly<Record<string, unknown>>, { isWhole }: { readonly isWhole: boolean }): void {
    const removed = vm.runInContext(
      "(names) => { for (const name of names) delete globalThis[name]; delete Atomics.waitAsync; delete Atomics.wait; }",
      this.context,
    );
    removed(REMOVED);
    for (const name of isWhole ? Object.keys(globals) : CLOCKED) {
      const value = globals[name];
      Object.defineProperty(this.language, name, { value, writable: true, configurable: true });
    }
  }

  drain(act: () => void, { timeout }: { readonly timeout: number }): Drained {
    this.language[JOB] = act;
    try {
      this.#script.runInContext(this.context, { timeout });
      return "done";
    } catch (error) {
      // Deno gives it no code.
      if (!String(error).includes("Script execution timed out")) throw error;
      return "endless";
    }
  }
}

/** The caller's own realm. */
class CallersRealm implements Ground {
  readonly drains = "turn";
  readonly context = undefined;
  readonly language: Record<string, unknown>;
  readonly unnamed: readonly object[] = vm.runInThisContext(UNNAMED);
  readonly job = JOB;
  readonly hidden: readonly string[];

  constructor() {
    // What is of the language, and not of a platform, is what a new context has.
    const names: string[] = vm.runInNewContext("Object.getOwnPropertyNames(globalThis)");
    const own = names.filter((name) => !REMOVED.includes(name) && name in globalThis);
    this.language = Object.create(null);
    for (const name of own) this.language[name] = Reflect.get(globalThis, name);
    const all = new Set<string>();
    for (let object: object | null = globalThis; object !== null; object = Reflect.getPrototypeOf(object)) {
      for (const name of Object.getOwnPropertyNames(object)) if (/^[A-Za-z_$][\w$]*$/.test(name)) all.add(name);
    }
    // Methods of any object, such as hasOwnProperty, are reached without a platform.
    this.hidden = [...all].filter((name) => !own.includes(name) && !(name in Object.prototype));
  }

  seal(): void {}

  drain(act: () => void): Drained {
    act();
    return "done";
  }
}
