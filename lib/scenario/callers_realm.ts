/**
 * The ground in the caller's own realm: turns of the event loop drain it, and everything that is not part of the
 * language is shadowed.
 */

import type { Drained, FunctionText, Ground, Sealing } from "./ground.ts";
import { unnamed } from "./unnamed.ts";

/** The globals of a new realm that use clocks, wait or live outside; the world has its own. */
export const REMOVED = ["WebAssembly", "queueMicrotask", "console", "Temporal", "FinalizationRegistry", "WeakRef"];

/** The ground in the caller's own realm. */
export class CallersRealm implements Ground {
  readonly isApart = false;
  readonly language: Record<string, unknown>;
  readonly unnamed: readonly object[] = unnamed();
  readonly hidden: readonly string[];
  readonly compile: Ground["compile"];

  /**
   * Creates the ground from the global names of the language, without those of a platform, and a compiler of functions.
   */
  constructor(names: readonly string[], compile: (text: FunctionText) => (...args: readonly unknown[]) => never) {
    this.compile = compile;
    const own = names.filter((name) => !REMOVED.includes(name) && name in globalThis);
    this.language = Object.create(null);
    for (const name of own) this.language[name] = Reflect.get(globalThis, name);
    const all = new Set<string>();
    for (let object: object | null = globalThis; object !== null; object = Reflect.getPrototypeOf(object)) {
      for (const name of Object.getOwnPropertyNames(object)) if (/^[A-Za-z_$][\w$]*$/.test(name)) all.add(name);
    }
    // Methods of any object, such as hasOwnProperty, belong to the language.
    this.hidden = [...all].filter((name) => !own.includes(name) && !(name in Object.prototype));
  }

  seal(_globals: unknown, { makers }: Sealing): void {
    for (const { owner, key, refused } of makers) if (owner === globalThis) this.language[key] = refused;
  }

  drain(act: () => void, _options: { readonly timeout: number }): Drained {
    act();
    return "done";
  }
}
