/**
 * Detects the use of the platform's chance and clocks: while they are watched, they throw.
 *
 * - A task must depend on its answers alone, so a task that uses chance or a clock of the platform is found at once,
 *   with its line, whether or not it catches the error.
 * - A function that the code took earlier (such as a module's `const { random } = Math`) is not noticed.
 * - Watching is synchronous and may be nested. The traps stay until the present job of the event loop ends, since
 *   setting them costs more than a step; they do not affect code that is not watched.
 */

import { sourceLine } from "../program/mod.ts";

/** The kinds of ambient facilities that are watched. */
export const ambientKinds = ["chance", "clock"] as const;

/** A kind of ambient facility that is watched. */
export type AmbientKind = typeof ambientKinds[number];

/** A use of chance or a clock of the platform. */
export interface AmbientUse {
  /** The kind of facility. */
  readonly kind: AmbientKind;
  /** The call, such as `Math.random()`, and its place: `file:///x.ts:12:5`. */
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

/** A property to replace; `make` creates the replacement of a function while traps are set. */
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
// The number of watched calls in progress.
let watching = 0;
let used: AmbientUse | undefined;

/** Thrown if the steps of a task depend on more than their answers. */
export class NondeterminismError extends Error {
  /** The class name. */
  override readonly name = "NondeterminismError";
  /** The chance or the clock that was used, if known. */
  readonly use: AmbientUse | undefined;

  /** Creates the error. */
  constructor(message: string, use?: AmbientUse) {
    super(message);
    this.use = use;
  }
}

/**
 * Runs code that may use neither chance nor a clock.
 *
 * @throws {NondeterminismError} if it does, even if it catches the trap's error.
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
    // The value or error that the use led to is not a result.
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
    // Leaves a value that somebody else has put there since.
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

/** The trap of a call with this dotted name; none if the platform lacks it. */
function trapOf(kind: AmbientKind, name: string): Trap[] {
  const path = name.split(".");
  const key = path.pop() ?? "";
  let holder: unknown = globalThis;
  for (const step of path) holder = (holder as Record<string, unknown> | undefined)?.[step];
  // Some methods are on the prototype of the only object that has them.
  while (holder !== null && holder !== undefined && !Object.hasOwn(holder, key)) holder = Object.getPrototypeOf(holder);
  if (holder === null || holder === undefined) return [];
  const make = (real: Callable) => {
    const trap = function (this: unknown, ...args: unknown[]): unknown {
      return watching > 0 ? refuse(kind, `${name}()`) : Reflect.apply(real, this, args);
    };
    // The properties of the function stay reachable.
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
