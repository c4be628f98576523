/**
 * Timers, immediates, ticks and microtasks. Inside the realm.
 *
 * - A timer is a completion with a due time; delays are limited to what platforms accept: a whole number from 1 to
 *   2^31-1.
 * - Immediates are in line; ticks come before the microtasks of a step.
 */

import { AbortSignal, timedOut } from "./abort.ts";
import type { Completion, Outside } from "./outside.ts";

type Callback = (...args: unknown[]) => void;

const MOST = 2 ** 31 - 1;
const SOON = {};

/** The result of `setTimeout`. */
export class Timeout {
  readonly #id: number;
  readonly #hold: (isHeld: boolean) => void;
  readonly #clear: () => void;
  #isHeld = true;

  constructor(id: number, { hold, clear }: { readonly hold: (isHeld: boolean) => void; readonly clear: () => void }) {
    this.#id = id;
    this.#hold = hold;
    this.#clear = clear;
  }

  ref(): this {
    this.#isHeld = true;
    this.#hold(true);
    return this;
  }

  unref(): this {
    this.#isHeld = false;
    this.#hold(false);
    return this;
  }

  hasRef(): boolean {
    return this.#isHeld;
  }

  close(): this {
    this.#clear();
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.#id;
  }

  [Symbol.dispose](): void {
    this.#clear();
  }
}

interface Ticking {
  completion: Completion;
}

/** The timers of one outside, as globals. */
export function timers(outside: Outside): Readonly<Record<string, unknown>> {
  let last = 0;
  const live = new Map<number, Ticking>();
  outside.resets.push(() => {
    last = 0;
    live.clear();
  });
  const start = (
    callback: unknown,
    { delay, args, repeats, name }: { delay: unknown; args: unknown[]; repeats: boolean; name: string },
  ) => {
    const act = called(callback, name);
    const whole = Math.trunc(Number(delay));
    const span = whole >= 1 && whole <= MOST ? whole : 1;
    const id = ++last;
    const label = repeats ? `interval ${span} ms` : `timer ${span} ms`;
    const run = () => {
      if (repeats) {
        const { isHeld } = ticking.completion;
        ticking.completion = outside.post(label, run, { due: outside.now + span });
        ticking.completion.isHeld = isHeld;
      } else live.delete(id);
      act(...args);
    };
    const ticking = { completion: outside.post(label, run, { due: outside.now + span }) };
    live.set(id, ticking);
    return new Timeout(id, {
      hold: (isHeld) => {
        ticking.completion.isHeld = isHeld;
      },
      clear: () => clear(id),
    });
  };
  const clear = (handle: unknown) => {
    if (handle === undefined || handle === null) return;
    const id = Number(handle);
    const ticking = live.get(id);
    if (ticking === undefined) return;
    live.delete(id);
    outside.drop(ticking.completion);
  };
  const setImmediate = (callback: unknown, ...args: unknown[]) => {
    const act = called(callback, "setImmediate");
    const id = ++last;
    const run = () => {
      live.delete(id);
      act(...args);
    };
    const ticking = { completion: outside.post("immediate", run, { line: SOON }) };
    live.set(id, ticking);
    return new Timeout(id, { hold: () => {}, clear: () => clear(id) });
  };
  class WorldSignal extends AbortSignal {
    static timeout(delay: number): AbortSignal {
      const { signal, abort } = AbortSignal.made();
      const whole = Math.max(0, Math.trunc(Number(delay)));
      const completion = outside.post(`timeout ${whole} ms`, () => abort(timedOut()), { due: outside.now + whole });
      completion.isHeld = false;
      return signal;
    }

    // The base class creates the signals.
    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof AbortSignal;
    }
  }
  Object.defineProperty(WorldSignal, "name", { value: "AbortSignal" });
  return {
    setTimeout: (callback: unknown, delay?: unknown, ...args: unknown[]) =>
      start(callback, { delay, args, repeats: false, name: "setTimeout" }),
    setInterval: (callback: unknown, delay?: unknown, ...args: unknown[]) =>
      start(callback, { delay, args, repeats: true, name: "setInterval" }),
    clearTimeout: clear,
    clearInterval: clear,
    setImmediate,
    clearImmediate: clear,
    queueMicrotask(callback: unknown) {
      const act = called(callback, "queueMicrotask");
      void settled.then(() => outside.guard(act));
    },
    AbortSignal: WorldSignal,
  };
}

const settled: Promise<void> = Promise.resolve();

function called(callback: unknown, name: string): Callback {
  if (typeof callback === "function") return callback as Callback;
  throw new TypeError(`Cannot call ${name}: a ${typeof callback} is given, a function is wanted`);
}

/** `process.nextTick`. */
export function nextTick(outside: Outside): (callback: unknown, ...args: unknown[]) => void {
  return (callback, ...args) => {
    const act = called(callback, "process.nextTick");
    outside.tick(() => act(...args));
  };
}
