/**
 * The types of a module's functions, as a pool calls them.
 */

import type { SharedMemoryHandle, Steps } from "../memory/mod.ts";
import type { Moved, ServiceContext, SharedCall, Transferable } from "../host/mod.ts";
import type { Shareables } from "../sync/mod.ts";

/**
 * The names of a module's functions that guests can run: their second parameter, if any, accepts a
 * {@linkcode ServiceContext}, and nothing in their result is bound to its guest, such as a function or an instance's
 * methods.
 */
export type NameOf<F> =
  & { [K in keyof F]: F[K] extends Callable ? [Bound<ResultOf<F, K>>] extends [never] ? K : never : never }[keyof F]
  & string;

/** The names of all functions of a module. */
export type FunctionNameOf<F> = { [K in keyof F]: F[K] extends (...args: never) => unknown ? K : never }[keyof F];

/** A function as a guest calls it. */
export type Callable = (argument: never, context: ServiceContext<never>) => unknown;

/**
 * The parts of a value that cannot cross to another guest, as far as its type shows and to a limited depth; `never` if
 * all can.
 */
export type Bound<R, D extends readonly unknown[] = []> = unknown extends R ? never
  : R extends symbol | ((...args: never) => unknown) | WeakKeyed | SharedMemoryHandle["buffer"] ? R
  : R extends Crossing | AsyncIterable<unknown> ? never
  : D["length"] extends 3 ? never
  : R extends readonly (infer E)[] ? Bound<E, [...D, 0]>
  : R extends object ? { [K in keyof R]: Bound<R[K], [...D, 0]> }[keyof R]
  : never;

/** Types that are bound to their guest, whatever they hold. */
export type WeakKeyed = WeakMap<WeakKey, unknown> | WeakSet<WeakKey> | WeakRef<WeakKey>;

/** Types that cross as a whole although they have methods. */
export type Crossing =
  | Date
  | RegExp
  | Error
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBufferView
  | Transferable;

/** The type of a function's argument. */
export type ArgumentOf<F, N extends keyof F> = F[N] extends (argument: infer A, ...rest: never) => unknown ? A
  : undefined;

/** The type of a function's result: for steps and promises that of their value, for a moved value its own. */
export type ResultOf<F, N extends keyof F> = F[N] extends (...args: never) => infer R ? Arrived<Awaited<R>> : never;

/** The type of the items that a function returns. */
export type ItemOf<F, N extends keyof F> = F[N] extends (...args: never) => infer R
  ? Awaited<R> extends AsyncIterable<infer T> ? T : never
  : never;

/** The shared things that a module's function returns; any things if its name is not known. */
export type ThingsOf<F, K extends string> = string extends K ? Shareables
  : K extends keyof F ? F[K] extends (...args: never) => infer R ? Awaited<R> extends Shareables ? Awaited<R> : never
    : never
  : never;

/** The requirement that `shared` names the function `K`, if that is known. */
export type SharedBy<F, K extends string> = string extends K ? unknown
  : { readonly shared: SharedCall & { readonly export: K & FunctionNameOf<F> } };

/** A value as its caller receives it. */
export type Arrived<R> = R extends Moved<infer T> ? T : R extends Steps<infer T> ? unknown extends T ? R : T : R;
