/**
 * The types of a module's functions, as a pool calls them.
 */

import type { Steps } from "../memory/mod.ts";
import type { Moved, SharedCall } from "../host/mod.ts";
import type { Shareables } from "../sync/mod.ts";

/** The names of a module's functions. */
export type NameOf<F> =
  & {
    [K in keyof F]: F[K] extends (...args: never) => unknown ? K : never;
  }[keyof F]
  & string;

/** What a function takes. */
export type ArgumentOf<F, N extends keyof F> = F[N] extends (argument: infer A, ...rest: never) => unknown ? A
  : undefined;

/** What comes of what a function returns: of steps and promises their value, of what is moved that itself. */
export type ResultOf<F, N extends keyof F> = F[N] extends (...args: never) => infer R ? Arrived<Awaited<R>> : never;

/** What comes one after another of what a function returns. */
export type ItemOf<F, N extends keyof F> = F[N] extends (...args: never) => infer R
  ? Awaited<R> extends AsyncIterable<infer T> ? T : never
  : never;

/** The shared things that a module's function of that name gives; any where no name is known. */
export type ThingsOf<F, K extends string> = string extends K ? Shareables
  : K extends keyof F ? F[K] extends (...args: never) => infer R ? Awaited<R> extends Shareables ? Awaited<R> : never
    : never
  : never;

/** What options say where the name of that function is known: that very name. */
export type SharedBy<F, K extends string> = string extends K ? unknown
  : { readonly shared: SharedCall & { readonly export: K & NameOf<F> } };

/** A value as its caller gets it. */
export type Arrived<R> = R extends Moved<infer T> ? T : R extends Steps<infer T> ? unknown extends T ? R : T : R;
