/**
 * Views: the methods of a shared thing as methods that block, or as methods that return promises.
 *
 * - A method's steps are its implementation, which programs run by `yield*`. A blocking view runs them at once and
 *   really waits. A promise view leaves the event loop free; it accepts an `AbortSignal` in the options of each wait,
 *   and an `async` function wherever a method takes a function.
 * - All views have the same methods under the same names, and one mapped type gives the types of both. So a public
 *   method of a shared thing has neither its own type parameters nor overloads, which a mapped type would lose.
 * - Misuse throws in a blocking view, and rejects in a promise view.
 * - Invariant: a view does what the steps would do. A shortcut ({@linkcode Viewing}) is faster but has the same effect.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { lock } from "./lock.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ guard: lock() }, { tasks: 1 });
 * const guard = blocking(space.bind(new ModelMemory(space.layout), { task: 0 }).guard);
 * {
 *   using _held = guard.lock();
 *   if (!guard.locked() || guard.tryAcquire() !== false) throw new Error("it is held");
 * }
 * if (guard.locked()) throw new Error("disposing the guard releases it");
 * ```
 */

import { type Memory, runAsynchronous, runBlocking, type Steps } from "../memory/mod.ts";
import { DeadlockError } from "../errors.ts";
import { bindingOf, type SharedThing } from "./binding.ts";
import { collectSignal } from "./abort_signal.ts";
import type { Shareable, Shareables, Shared } from "./space.ts";

/** How a view returns the result of steps. */
export type Face = "blocking" | "promised";

/** What views of a class do differently. */
export interface Viewing<T> {
  /** Methods of the blocking view that return at once with the same effect as the steps. */
  readonly blocking?: { readonly [K in keyof T]?: (this: Blocking<T>, ...args: never) => unknown };
  /** The methods that return a value instead of steps. */
  readonly plain?: readonly (keyof T)[];
  /** The methods that wait until nobody holds the thing; a task that holds it itself would block forever. */
  readonly waits?: readonly (keyof T)[];
}

/** See {@linkcode Viewable}. */
export interface Viewable {
  /** The mark. */
  readonly isHoldfastViewable: true;
}

/** The methods meant for hosts, supervisors and the explorer, which views leave out. */
export type ViewHook = Exclude<keyof SharedThing, "name"> | "isHoldfastViewable" | "giveAtOnce";

/** The result of steps, or of a function that returns no steps. */
export type StepsValue<R> = R extends Steps<infer V> ? V : R;

/** The type of an argument: a function that returns steps instead returns their result, or a promise of it. */
export type ViewArgument<A, F extends Face> = A extends (...args: infer P) => infer R
  ? (...args: P) => F extends "promised" ? StepsValue<R> | Promise<StepsValue<R>> : StepsValue<R>
  : "timeout" extends keyof A ? ViewOptions<A, F>
  : A;

/** The type of a wait's options: a cancel token is one seen through the same kind of view. */
export type ViewOptions<A, F extends Face> =
  & { readonly [K in keyof A]: ViewArgument<ViewResult<A[K], F>, F> }
  & (F extends "promised" ? AbortOption : unknown);

/** What else a wait accepts in a promise view. */
export interface AbortOption {
  /** When it aborts, ends the wait with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The type of a result, seen through a view. */
export type ViewResult<R, F extends Face> = R extends Viewable ? View<R, F> : R;

/** A method as a view has it, in a form whose arguments TypeScript compares bivariantly, as it does for methods. */
export type ViewMethod<A extends readonly unknown[], R, F extends Face> = {
  method(
    ...args: { [I in keyof A]: ViewArgument<A[I], F> }
  ): F extends "promised" ? Promise<ViewResult<R, F>> : ViewResult<R, F>;
}["method"];

/** A shared thing as seen through a view. */
export type View<T, F extends Face> = {
  readonly [
    K in keyof T as K extends ViewHook ? never : K extends string | typeof Symbol.dispose ? K : never
  ]: T[K] extends (this: infer O, ...args: infer A) => Steps<infer R> ? T extends O ? ViewMethod<A, R, F> : never
    : T[K] extends (...args: infer A) => infer R ? (...args: A) => ViewResult<R, F>
    : ViewResult<T[K], F>;
};

/** A shared thing whose methods block, as `attach` returns it to workers. */
export type Blocking<T> = View<T, "blocking">;

/** A shared thing whose methods return promises, as `share` and pools return it for event loops. */
export type Promised<T> = View<T, "promised">;

/** A shared thing, in a program or through a view. */
export type Seen<T> = T | Blocking<T> | Promised<T>;

/** The blocking view of a thing that a space has bound. */
export function blocking<T extends object>(thing: T): Blocking<T> {
  return viewOf(thing, viewpointOf(thing, "blocking")) as unknown as Blocking<T>;
}

/** The promise view of a thing that a space has bound. */
export function promised<T extends object>(thing: T): Promised<T> {
  return viewOf(thing, viewpointOf(thing, "promised")) as unknown as Promised<T>;
}

/** Views of shared things, by name. */
export type Views<S extends Shareables, F extends Face> = {
  readonly [K in keyof S]: S[K] extends Shareable<infer T> ? View<T, F> : never;
};

/** The blocking views of all things of a space. */
export function blockingViews<S extends Shareables>(shared: Shared<S>): Views<S, "blocking"> {
  return viewsOf(shared, blocking) as Views<S, "blocking">;
}

/** The promise views of all things of a space. */
export function promisedViews<S extends Shareables>(shared: Shared<S>): Views<S, "promised"> {
  return viewsOf(shared, promised) as Views<S, "promised">;
}

function viewsOf(shared: Readonly<Record<string, unknown>>, see: (thing: object) => unknown): unknown {
  return Object.fromEntries(Object.entries(shared).map(([name, thing]) => [name, see(thing as object)]));
}

/** The thing behind a view, or the thing itself if it is not a view. */
export function bodyOf<T>(seen: Seen<T>): T {
  return (seen instanceof Viewed ? seen.body : seen) as T;
}

/** Runs a method's steps in the way of the view through which `seen` is seen; returns the steps if it is no view. */
export function throughView(seen: unknown, make: () => Steps<unknown>): unknown {
  if (!(seen instanceof Viewed)) return make();
  const { face, memory } = seen.viewpoint;
  return face === "blocking" ? runBlocking(memory, make()) : promiseOf(memory, make);
}

/** Makes steps and runs them; rejects if either throws. */
async function promiseOf(memory: Memory, make: () => unknown): Promise<unknown> {
  const { value, signal } = collectSignal(make);
  return isSteps(value) ? await runAsynchronous(memory.forCall?.() ?? memory, value, { signal }) : value;
}

/** Runs the steps of a method of a blocking view. */
export function block(view: unknown, method: PropertyKey, args: readonly unknown[]): unknown {
  const { body, viewpoint } = view as Viewed;
  const given = call(body, method, args);
  return reached(isSteps(given) ? runBlocking(viewpoint.memory, given) : given, viewpoint);
}

/** A part of a thing, seen through the same view as the thing. */
export function shownBy(view: unknown, part: object): unknown {
  return viewOf(part, (view as Viewed).viewpoint);
}

/** Like `block`, for a method that waits until nobody holds the thing; throws if the task itself holds it. */
export function blockUnlessHeld(view: unknown, method: PropertyKey, args: readonly unknown[]): unknown {
  const { body, viewpoint: { memory, task } } = view as Viewed;
  const { name, holders } = body as unknown as SharedThing;
  // In the model such a wait is an error anyway.
  if (memory.words !== undefined && holders !== undefined && !args.some(isLimited)) {
    const isHeld = runBlocking(memory, holders.call(body)).includes(task);
    if (isHeld) {
      throw new DeadlockError([{ task: `${task}`, object: name, method: String(method), owners: [`${task}`] }]);
    }
  }
  return block(view, method, args);
}

/** Whether an argument is options that limit a wait. */
function isLimited(given: unknown): boolean {
  const { timeout, cancel } = Object(given) as { readonly timeout?: unknown; readonly cancel?: unknown };
  return timeout !== undefined && timeout !== Infinity || cancel !== undefined;
}

/** How something is seen, in which memory, and by whom. */
interface Viewpoint {
  readonly face: Face;
  readonly memory: Memory;
  readonly task: number;
}

function viewpointOf(thing: object, face: Face): Viewpoint {
  const { memory, task } = bindingOf(thing);
  return { face, memory, task };
}

type Body = { readonly [name: PropertyKey]: unknown };
type Act = (...args: readonly unknown[]) => unknown;

/** A view: each class of things has a class of views for each face. */
class Viewed {
  readonly body: Body;
  readonly viewpoint: Viewpoint;

  constructor(body: object, viewpoint: Viewpoint) {
    this.body = body as Body;
    this.viewpoint = viewpoint;
  }
}

const HOOKS: { readonly [K in ViewHook]-?: true } = {
  calls: true,
  died: true,
  ended: true,
  owners: true,
  holders: true,
  ahead: true,
  ready: true,
  signals: true,
  rouse: true,
  contents: true,
  leaks: true,
  isHoldfastViewable: true,
  giveAtOnce: true,
};

type ViewClass = new (body: object, viewpoint: Viewpoint) => Viewed;

/** The symbols under which a class's prototype stores its view classes. */
const MADE: Readonly<Record<Face, symbol>> = { blocking: Symbol("blocking view"), promised: Symbol("promise view") };

function viewOf(body: object, viewpoint: Viewpoint): Viewed {
  const { [MADE[viewpoint.face]]: made } = body as { readonly [made: symbol]: ViewClass | undefined };
  return new (made ?? makeClass(body, viewpoint.face))(body, viewpoint);
}

function makeClass(body: object, face: Face): ViewClass {
  const value = classFor(body, face);
  const prototype: object = Object.getPrototypeOf(body);
  // A thing without a class has methods of its own.
  Object.defineProperty(prototype === Object.prototype ? body : prototype, MADE[face], { value });
  return value;
}

/** A result, seen through the view if it is viewable. */
function reached(given: unknown, viewpoint: Viewpoint): unknown {
  return typeof given === "object" && given !== null && "isHoldfastViewable" in given
    ? viewOf(given, viewpoint)
    : given;
}

function classFor(body: object, face: Face): ViewClass {
  const made = class extends Viewed {};
  const add = (name: PropertyKey, descriptor: PropertyDescriptor) => {
    const isShown = typeof name === "string" ? !(name in HOOKS) : name === Symbol.dispose;
    if (isShown && !Object.hasOwn(made.prototype, name)) Object.defineProperty(made.prototype, name, descriptor);
  };
  const { viewing = {} } = body.constructor as { readonly viewing?: Viewing<Body> };
  for (const [name, value] of Object.entries(viewing.blocking ?? {})) if (face === "blocking") add(name, { value });
  for (let from = body; from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const name of Reflect.ownKeys(from)) {
      const isMethod = typeof Reflect.getOwnPropertyDescriptor(from, name)?.value === "function";
      if (!isMethod) add(name, { get: propertyOf(name) });
      else if (name === Symbol.dispose) add(name, { value: dispose });
      else if (viewing.plain?.includes(name)) add(name, { value: plainly(name) });
      else add(name, { value: METHODS[face](name, viewing.waits?.includes(name) ? blockUnlessHeld : block) });
    }
  }
  return made;
}

const METHODS: Readonly<Record<Face, (name: PropertyKey, how: typeof block) => Act>> = {
  blocking: (name, how) =>
    function (this: Viewed, ...args) {
      return how(this, name, args);
    },
  promised: (name) =>
    async function (this: Viewed, ...args) {
      const { body, viewpoint } = this;
      return reached(await promiseOf(viewpoint.memory, () => call(body, name, args)), viewpoint);
    },
};

/** Calls a method of the thing itself. */
function call(body: Body, method: PropertyKey, args: readonly unknown[]): unknown {
  // Calls without an argument array are faster.
  const { 0: one, 1: two, length } = args;
  switch (length) {
    case 0:
      return (body[method] as Act)();
    case 1:
      return (body[method] as Act)(shown(one));
    case 2:
      return (body[method] as Act)(shown(one), shown(two));
  }
  return (body[method] as Act)(...args.map(shown));
}

/** Options with the things behind their views; any other argument unchanged. */
function shown(given: unknown): unknown {
  if (typeof given !== "object" || given === null || !("cancel" in given)) return given;
  return given.cancel instanceof Viewed ? { ...given, cancel: given.cancel.body } : given;
}

function plainly(name: PropertyKey): Act {
  return function (this: Viewed, ...args) {
    return reached((this.body[name] as Act)(...args), this.viewpoint);
  };
}

function dispose(this: Viewed): void {
  (this.body as unknown as Disposable)[Symbol.dispose]();
}

function propertyOf(name: PropertyKey): () => unknown {
  return function (this: Viewed) {
    return reached(this.body[name], this.viewpoint);
  };
}

function isSteps(given: unknown): given is Steps<unknown> {
  return typeof given === "object" && given !== null && Symbol.iterator in given && !Array.isArray(given) &&
    !ArrayBuffer.isView(given);
}
