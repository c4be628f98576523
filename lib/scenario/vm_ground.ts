/** Creates grounds with `node:vm`: contexts of V8, and functions compiled in them or in the caller's realm. */

import vm from "node:vm";
import { CallersRealm, REMOVED } from "./callers_realm.ts";
import { type Drain, type Drained, type FunctionText, type Ground, JOB, type Sealing } from "./ground.ts";
import { unnamed } from "./unnamed.ts";

/** The objects of the language that use clocks or chance. */
const CLOCKED = ["Date", "Math", "Intl"];

/** Code that may import while it runs. */
const IMPORTING = /\bimport\s*\(/;

/** Creates the ground of a drain. */
export function groundOf(drain: Drain): Ground {
  if (drain === "own-queue") return new OwnQueue();
  // A new context has only the globals of the language, none of a platform.
  return new WatchedRealm(vm.runInNewContext("Object.getOwnPropertyNames(globalThis)"), compiled);
}

function compiled(
  { code, names, around: [before, after], filename, imports }: FunctionText,
  context?: vm.Context,
): (...args: readonly unknown[]) => never {
  const options = {
    filename,
    lineOffset: -1,
    ...context === undefined ? {} : { parsingContext: context },
    // Deno keeps a function that has this, and so its realm, as long as the process lives.
    ...imports === undefined || !IMPORTING.test(code) ? {} : { importModuleDynamically: imports },
  };
  const text = `${before}\n${code}\n${after}`;
  return vm.compileFunction(text, [...names], options) as (...args: readonly unknown[]) => never;
}

const script = new vm.Script(`${JOB}()`, { filename: "holdfast-scenario:job" });

/** Runs the script, and returns whether it took too long. */
function drained(run: () => unknown): Drained {
  try {
    run();
    return "done";
  } catch (error) {
    // Deno's error has no code.
    if (!String(error).includes("Script execution timed out")) throw error;
    return "endless";
  }
}

/**
 * The caller's own realm, whose microtasks Deno runs on request. A drain that takes too long is ended, and V8 drops its
 * microtasks.
 *
 * - If it is called in a microtask, or Deno's function is missing (as in Node), the microtasks are left to the event
 *   loop, which ends nothing.
 * - During a drain, nothing that the code can reach creates code from strings.
 */
class WatchedRealm extends CallersRealm {
  readonly #runMicrotasks = microtaskRunner();
  #makers: Sealing["makers"] = [];

  override seal(globals: unknown, sealing: Sealing): void {
    super.seal(globals, sealing);
    // A direct call of `eval` must be the language's own.
    this.#makers = sealing.makers.filter(({ key }) => key !== "eval" || !sealing.isWhole);
  }

  override drain(act: () => void, { timeout }: { readonly timeout: number }): Drained {
    const before = this.#makers.map(({ owner, key, refused }) => {
      const value: unknown = Reflect.get(owner, key);
      Reflect.defineProperty(owner, key, { value: refused });
      return { owner, key, value };
    });
    Reflect.set(globalThis, JOB, () => {
      act();
      this.#runMicrotasks();
    });
    try {
      return drained(() => script.runInThisContext({ timeout }));
    } finally {
      Reflect.deleteProperty(globalThis, JOB);
      for (const { owner, key, value } of before) Reflect.defineProperty(owner, key, { value });
    }
  }
}

/** The function that runs the microtasks of this realm; only Deno's core has one. */
function microtaskRunner(): () => void {
  const deno: Record<PropertyKey, unknown> | undefined = Reflect.get(globalThis, "Deno");
  const inner = deno?.[deno["internal"] as symbol] as { readonly core?: { readonly runMicrotasks?: () => void } };
  return inner?.core?.runMicrotasks ?? (() => {});
}

/** A context whose microtask queue is its own. */
class OwnQueue implements Ground {
  readonly isApart = true;
  readonly #context: vm.Context;
  readonly language: Record<string, unknown>;
  readonly unnamed: readonly object[];
  readonly hidden: readonly string[] = [];

  constructor() {
    // An ordinary global object, without interceptors. Deno's types wrongly say that the constant is a number.
    const ordinary: unknown = vm.constants.DONT_CONTEXTIFY;
    this.#context = vm.createContext(ordinary as object, { microtaskMode: "afterEvaluate" });
    this.language = vm.runInContext("globalThis", this.#context);
    this.unnamed = vm.runInContext(`(${unnamed})()`, this.#context);
    this.language[JOB] = () => {};
  }

  compile(text: FunctionText): (...args: readonly unknown[]) => never {
    return compiled(text, this.#context);
  }

  seal(globals: Readonly<Record<string, unknown>>, { isWhole, makers }: Sealing): void {
    const removed = vm.runInContext(
      "(names) => { for (const name of names) delete globalThis[name]; delete Atomics.waitAsync; delete Atomics.wait; }",
      this.#context,
    );
    removed(REMOVED);
    if (!isWhole) {
      for (const { owner, key, refused } of makers) {
        Reflect.defineProperty(owner, key, { value: refused });
      }
    }
    for (const name of isWhole ? Object.keys(globals) : CLOCKED) {
      const value = globals[name];
      Object.defineProperty(this.language, name, { value, writable: true, configurable: true });
    }
  }

  drain(act: () => void, { timeout }: { readonly timeout: number }): Drained {
    this.language[JOB] = act;
    return drained(() => script.runInContext(this.#context, { timeout }));
  }
}
