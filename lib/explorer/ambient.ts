/**
 * Chance and clocks of the platform, which code reaches without being handed them: they throw while they are watched.
 *
 * - What a task does must follow from its answers, so a task that draws lots or reads a clock of its own is found at once,
 *   with its line, whether it catches what is thrown there or not.
 * - A function that the code took before (`const { random } = Math` of a module) is not seen.
 * - Watching is synchronous and may be nested. The traps stay until the present job of the event loop is over, since setting
 *   them costs more than a step: whoever is not watched steps on them unharmed.
 */

import { sourceLine } from "../program/mod.ts";

/** What code can use that is not its own. */
export const ambientKinds = ["chance", "clock"] as const;

/** A kind of what code can use that is not its own. */
export type AmbientKind = typeof ambientKinds[number];

/** What was used. */
export interface AmbientUse {
  /** Chance, or a clock. */
  readonly kind: AmbientKind;
  /** What was called, such as `Math.random()`, and where: `file:///x.ts:12:5`. */
  readonly text: string;
}

const CALLS: Readonly<Record<AmbientKind, readonly string[]>> = {
  chance: ["Math.random", "crypto.getRandomValues", "crypto.randomUUID"],
  clock: [
    "Date.now",
    "performance.now",
    "performance.mark",
    "process.hrtime.bigint",
    "process.hrtime",
    "process.uptime",
    ...["instant", "plainDateISO", "plainDateTimeISO", "plainTimeISO", "zonedDateTimeISO"].map((name) =>
      `Temporal.Now.${name}`
    ),
  ],
};

/** A property that is replaced: `make` gives what stands in for a function while traps are set. */
interface Trap {
  readonly holder: object;
  readonly key: string;
  make(real: Callable): Callable;
}

// deno-lint-ignore no-explicit-any -- any function of the platform
type Callable = (...args: any) => any;

let traps: readonly Trap[] | undefined;
let replaced: {
  readonly holder: object;
  readonly key: string;
  readonly was: PropertyDescriptor;
  readonly value: unknown;
}[] = [];
// How many calls are under way that are not allowed to step on them.
let watching = 0;
let used: AmbientUse | undefined;

/** Steps that do not depend on their answers alone. */
export class NondeterminismError extends Error {
  /** The class name. */
  override readonly name = "NondeterminismError";
  /** The chance or the clock that was used, where that was seen. */
  readonly use: AmbientUse | undefined;

  /** Makes it. */
  constructor(message: string, use?: AmbientUse) {
    super(message);
    this.use = use;
  }
}

/**
 * Runs something that may use neither chance nor a clock.
 *
 * @throws {NondeterminismError} where it does, whatever it makes of that.
 */
export function unaided<T>(run: () => T): T {
  if (replaced.length === 0) {
    replace();
    queueMicrotask(restore);
  }
  watching++;
  try {
    return run();
  } finally {
    watching--;
    const use = used;
    used = undefined;
    // What the use led to, a value or an error, is no result.
    // deno-lint-ignore no-unsafe-finally
    if (use !== undefined) throw new NondeterminismError(nondeterminismText(use), use);
  }
}

function nondeterminismText({ kind, text }: AmbientUse): string {
  return `${
    kind === "chance" ? "chance" : "a clock"
  } of the platform is used, ${text}: what tasks do has to follow from ` +
    "their answers (choose, now) and the settings (seed)";
}

function replace(): void {
  traps ??= [
    ...Object.entries(CALLS).flatMap(([kind, names]) => names.flatMap((name) => trapOf(kind as AmbientKind, name))),
    { holder: globalThis, key: "Date", make: trappedDate },
  ];
  for (const trap of traps) {
    const was = Object.getOwnPropertyDescriptor(trap.holder, trap.key);
    if (was === undefined || !was.configurable || typeof was.value !== "function") continue;
    const { holder, key } = trap;
    const value = trap.make(was.value);
    replaced.push({ holder, key, was, value });
    Object.defineProperty(holder, key, { ...was, value });
  }
}

function restore(): void {
  for (const { holder, key, was, value } of replaced) {
    // What somebody else has put there since is theirs.
    if (Object.getOwnPropertyDescriptor(holder, key)?.value === value) Object.defineProperty(holder, key, was);
  }
  replaced = [];
}

function refuse(kind: AmbientKind, call: string): never {
  const place = sourceLine();
  const text = place === undefined ? call : `${call} at ${place}`;
  used ??= { kind, text };
  throw new TypeError(`Cannot use ${text}: a task is explored, an answer to it (choose, now) is wanted`);
}

/** Of a call by its dotted name; nothing where this platform has none. */
function trapOf(kind: AmbientKind, name: string): Trap[] {
  const path = name.split(".");
  const key = path.pop() ?? "";
  let holder: unknown = globalThis;
  for (const step of path) holder = (holder as Record<string, unknown> | undefined)?.[step];
  // Some methods stand on the prototype of the one object that has them.
  while (holder !== null && holder !== undefined && !Object.hasOwn(holder, key)) holder = Object.getPrototypeOf(holder);
  if (holder === null || holder === undefined) return [];
  const make = (real: Callable) => {
    const trap = function (this: unknown, ...args: unknown[]): unknown {
      return watching > 0 ? refuse(kind, `${name}()`) : Reflect.apply(real, this, args);
    };
    // What the function itself holds stays reachable.
    return Object.setPrototypeOf(trap, real);
  };
  return [{ holder, key, make }];
}

function trappedDate(real: Callable): Callable {
  const trap = function (...args: unknown[]): unknown {
    if (new.target === undefined) return watching > 0 ? refuse("clock", "Date()") : real();
    if (args.length === 0 && watching > 0) return refuse("clock", "new Date()");
    return Reflect.construct(real, args, new.target === trap ? real : new.target);
  } as Callable;
  trap.prototype = real.prototype;
  return Object.setPrototypeOf(trap, real);
}
